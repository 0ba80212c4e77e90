import { Stop } from '@/infrastructure/concurrency/stop';
import type { Position, TopicPartition } from '@/infrastructure/kafka/transport/transport.port';
import type { Takeover, Tenure } from './delivery-store.port';
import type { GroupConsumerOptions } from './group-consumer';
import { Outage } from './lanes/outage';
import { ParkedReleaser } from './lanes/parked-releaser';
import { PartitionWorker } from './lanes/partition-worker';
import { Settlement } from './lanes/settlement';
import { type RunParts, SubscriptionLanes } from './lanes/subscription-lanes';
import type { Segment } from './progress/segment-writer';
import { HandlerGates } from './runs/handler-gates';
import { Lookahead } from './runs/lookahead';
import { OutcomeWriter } from './runs/outcome-writer';
import { RunMeter } from './runs/run-meter';
import { SubscriptionPlan } from './runs/subscription-plan';

export interface MembershipOptions extends GroupConsumerOptions {
  readonly onPressure: (partition: TopicPartition, full: boolean) => void;
  readonly onProgress: (worker: PartitionWorker) => void;
  /** Somebody else took the worker's partition over; it does nothing more. */
  readonly onFenced: (worker: PartitionWorker) => void;
}

export interface PartitionStart {
  readonly takeover: Takeover;
  readonly watermark: bigint;
  readonly starts: readonly { readonly handler: string; readonly from: bigint }[];
  /** Empty stretches that fix where an account begins. */
  readonly segments: readonly Segment[];
}

const LEAST_BUFFER_BYTES = 262_144;
const MOST_BUFFER_BYTES = 2_097_152;

/** From one join to the next: the partitions it owns, with the handlers there were when it joined. */
export class Membership {
  /** Requested when it ends. */
  readonly left = new Stop();
  private readonly owned = new Map<string, PartitionWorker>();
  private readonly lanes = new Map<string, SubscriptionLanes>();
  private readonly parts: RunParts;
  private readonly settlement: Settlement;
  private readonly outage: Outage;
  private readonly releaser: ParkedReleaser | undefined;

  constructor(private readonly options: MembershipOptions) {
    const { store, opener, limits, logger, slots } = options;
    const meter = new RunMeter(options.metrics, options.observer, logger);
    const writer = new OutcomeWriter(store, this.left, logger);
    const gates = new HandlerGates(options.group, options.breakers);
    this.parts = { store, opener, gates, writer, meter, slots, limits };
    this.settlement = new Settlement({ store, writer, opener, meter });
    this.outage = new Outage(this.left, logger);
    this.releaser =
      store.parking &&
      new ParkedReleaser({
        parking: store.parking,
        workers: () => this.workers(),
        releasesPerSecond: limits.releasesPerSecond,
        logger,
      });
  }

  get parked(): number {
    return [...this.lanes.values()].reduce((sum, { parkedTotal }) => sum + parkedTotal.value, 0);
  }

  workers(): Iterable<PartitionWorker> {
    return this.owned.values();
  }

  workerOf(partition: TopicPartition): PartitionWorker | undefined {
    return this.owned.get(keyOf(partition));
  }

  /** Where each partition is read from: for a handler without progress, where it declares to begin. */
  async startsOf(takeovers: readonly Takeover[]): Promise<readonly PartitionStart[]> {
    const declared = await this.declaredStarts(takeovers);
    return takeovers.map((takeover) => {
      const { tenure, watermarks, before } = takeover;
      const { plans } = this.lanesOf(tenure.topic);
      const position = declared.get(keyOf(tenure));
      const legacy = watermarks.size === 0 ? before : null;
      const starts = plans.accounts.map((handler) => {
        const fromNow = plans.handlers.some(
          ({ name, options }) => name === handler && options.from === 'now',
        );
        const begin = (fromNow ? position?.end : position?.start) ?? 0n;
        return { handler, from: watermarks.get(handler) ?? legacy ?? begin };
      });
      const watermark = starts.reduce(
        (least, { from }) => (from < least ? from : least),
        starts[0]?.from ?? 0n,
      );
      const segments = starts
        .filter(({ handler }) => !watermarks.has(handler))
        .map(({ handler, from }) => ({ handler, from, to: from, codes: [], runs: [] }));
      return { takeover, starts, watermark, segments };
    });
  }

  add({ takeover, starts }: PartitionStart): PartitionWorker {
    const { tenure, parked, letters } = takeover;
    const { plans, dispatcher, parkedTotal } = this.lanesOf(tenure.topic);
    const worker: PartitionWorker = new PartitionWorker({
      tenure,
      plans,
      starts,
      dispatcher,
      parkedTotal,
      parkedLanes: parked,
      letters,
      settlement: this.settlement,
      parking: this.options.store.parking,
      meter: this.parts.meter,
      lookahead: new Lookahead(this.parts.opener, this.parts.writer),
      limits: this.options.limits,
      logger: this.options.logger,
      limitBytes: () => this.fairShare(),
      onPressure: (full) => this.options.onPressure(tenure, full),
      onProgress: () => this.options.onProgress(worker),
      onFenced: (error) => this.fenced(worker, error),
      onUnavailable: (error) => this.outage.wait(error),
    });
    void this.owned.get(keyOf(tenure))?.abandon();
    this.owned.set(keyOf(tenure), worker);
    this.releaser?.start();
    return worker;
  }

  /** Another member may own it already; what runs is left to the fence. */
  async remove(partition: TopicPartition): Promise<void> {
    const worker = this.workerOf(partition);
    this.owned.delete(keyOf(partition));
    await worker?.abandon();
  }

  /** The tenure's progress was not taken: somebody else has the partition. */
  refused(tenure: Tenure): void {
    const worker = this.workerOf(tenure);
    if (worker?.tenure.epoch === tenure.epoch) this.fenced(worker);
  }

  /** Begins nothing more. Resolves when the runs under way have ended. */
  async end(): Promise<void> {
    this.left.request();
    const ended = [...this.owned.values()].map((worker) => worker.abandon());
    await this.releaser?.close();
    await Promise.all(ended);
    for (const { dispatcher } of this.lanes.values()) dispatcher.stop();
    this.parts.gates.close();
  }

  private fenced(worker: PartitionWorker, error?: unknown): void {
    const { group, topic, partition } = worker.tenure;
    this.options.logger.warn({ err: error, group, topic, partition }, 'the partition has a new owner');
    void worker.abandon();
    if (this.workerOf(worker.tenure) !== worker) return;
    // Its parked rows are the new owner's to release.
    this.owned.delete(keyOf(worker.tenure));
    this.options.onFenced(worker);
  }

  private fairShare(): number {
    const share = this.options.limits.bufferBytes / Math.max(1, this.owned.size);
    return Math.min(MOST_BUFFER_BYTES, Math.max(LEAST_BUFFER_BYTES, share));
  }

  private lanesOf(topic: string): SubscriptionLanes {
    const known = this.lanes.get(topic);
    if (known) return known;
    const plans = new SubscriptionPlan(this.options.handlersOn(topic), this.options.store.transactional);
    const lanes = new SubscriptionLanes(plans, this.parts);
    this.lanes.set(topic, lanes);
    return lanes;
  }

  private async declaredStarts(
    takeovers: readonly Takeover[],
  ): Promise<ReadonlyMap<string, { readonly start: bigint; readonly end: bigint }>> {
    const fresh = takeovers.filter(({ tenure, watermarks }) =>
      this.lanesOf(tenure.topic).plans.accounts.some((handler) => !watermarks.has(handler)),
    );
    const topics = [...new Set(fresh.map(({ tenure }) => tenure.topic))];
    if (topics.length === 0) return new Map();
    const offsets = await this.options.transport.admin.offsets(topics);
    return new Map(offsets.map((offset) => [keyOf(offset), offset]));
  }
}

export const keyOf = ({ topic, partition }: TopicPartition | Position): string => `${topic}/${partition}`;
