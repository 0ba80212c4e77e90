import { fullJitter } from '@/infrastructure/concurrency/back-off';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import { OwnershipLostError } from '@/infrastructure/kafka/transport/transport.errors';
import type {
  EventTransport,
  FetchedBatch,
  GroupListener,
  GroupMember,
  Position,
  TopicPartition,
} from '@/infrastructure/kafka/transport/transport.port';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Metrics } from '@/infrastructure/observability/metrics';
import type { DeliveryStore } from './delivery-store.port';
import { PartitionWorker } from './partition-worker';
import { ProgressSaver } from './progress-saver';
import { type RecordProcessor, Stop } from './record-processor';

type Announced = TopicPartition & { readonly committed: bigint | null };

export interface GroupConsumerOptions {
  readonly transport: EventTransport;
  readonly store: DeliveryStore;
  readonly processor: RecordProcessor;
  readonly group: string;
  readonly clientId: string;
  readonly instanceId?: string;
  readonly sessionTimeoutMs: number;
  readonly maxWaitMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** The registrations whose types live on the topic; asked at each assignment. */
  readonly handlersOn: (topic: string) => readonly HandlerRegistration[];
}

const MAX_BYTES_PER_FETCH = 1_048_576;
const BUFFER_BYTES_PER_PARTITION = 4_194_304;
const ACQUIRE_BACK_OFF = { firstMs: 100, longestMs: 5_000 };

/** One process's part in a consumer group: takes partitions over, feeds their workers, saves progress. */
export class GroupConsumer implements GroupListener {
  private readonly workers = new Map<string, PartitionWorker>();
  private readonly progress: ProgressSaver;
  /** Answers about where to start that are under way. */
  private readonly takeovers = new Set<Promise<unknown>>();
  private closed = false;
  /** Requested when the present membership ends. */
  private left = new Stop();
  private member: GroupMember | undefined;
  private topics: readonly string[] = [];
  /** Set when the member ended without being asked to; readiness and health tell. */
  fatal: Error | undefined;

  constructor(private readonly options: GroupConsumerOptions) {
    this.progress = new ProgressSaver({
      store: options.store,
      logger: options.logger,
      commit: (positions) => this.commit(positions),
    });
  }

  get active(): boolean {
    return this.member !== undefined && this.fatal === undefined;
  }

  get group(): string {
    return this.options.group;
  }

  subscribed(): readonly string[] {
    return this.topics;
  }

  /** Joins for these topics; with others than before, leaves and joins again. */
  async subscribe(topics: readonly string[]): Promise<void> {
    if (this.closed || (this.member && sameSet(topics, this.topics))) return;
    await this.leave();
    this.left = new Stop();
    const { transport, group, clientId, instanceId, sessionTimeoutMs, maxWaitMs } = this.options;
    this.member = await transport.join(
      {
        group,
        clientId,
        topics,
        sessionTimeoutMs,
        maxWaitMs,
        maxBytesPerPartition: MAX_BYTES_PER_FETCH,
        ...(instanceId === undefined ? {} : { instanceId }),
      },
      this,
    );
    this.topics = topics.toSorted();
    // Workers may have filled up before there was a member to pause.
    for (const worker of this.workers.values()) if (worker.isFull) this.member.pause(worker.tenure);
    this.progress.start();
  }

  /** Ends the runs under way, saves what they reached, leaves the group. */
  async close(): Promise<void> {
    this.closed = true;
    await this.leave();
  }

  assigned(partitions: readonly Announced[]): Promise<readonly Position[]> {
    const takeover = this.takeOver(partitions, this.left);
    this.takeovers.add(takeover);
    return takeover.finally(() => this.takeovers.delete(takeover));
  }

  private async takeOver(partitions: readonly Announced[], left: Stop): Promise<readonly Position[]> {
    const owned = await this.acquire(partitions, left);
    const fresh = owned.filter(({ watermark }) => watermark === null).map(({ tenure }) => tenure);
    const starts = await this.declaredStarts(fresh);
    // Kept before the first read: after a crash `now` would be another moment, and what lies between be passed over.
    if (fresh.length > 0) {
      await this.options.store.save(
        fresh.map((tenure) => ({ tenure, watermark: starts.get(keyOf(tenure)) ?? 0n })),
      );
    }
    if (left.requested) throw new OwnershipLostError(`The membership in '${this.group}' has ended.`);
    return owned.map(({ tenure, watermark }) => {
      const { topic, partition } = tenure;
      const offset = watermark ?? starts.get(keyOf(tenure)) ?? 0n;
      const worker = new PartitionWorker({
        tenure,
        from: offset,
        processor: this.options.processor,
        limitBytes: BUFFER_BYTES_PER_PARTITION,
        onPressure: (full) => (full ? this.member?.pause(tenure) : this.member?.resume(tenure)),
        onProgress: () => this.progress.changed(worker),
      });
      this.workers.set(keyOf(tenure), worker);
      if (watermark === null) this.progress.changed(worker);
      return { topic, partition, offset };
    });
  }

  lost(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      const worker = this.workers.get(keyOf(partition));
      this.workers.delete(keyOf(partition));
      void worker?.abandon();
    }
  }

  records(batch: FetchedBatch): void {
    this.workers.get(keyOf(batch))?.accept(batch);
  }

  async outOfRange(at: Position & { readonly logStart: bigint; readonly logEnd: bigint }): Promise<bigint> {
    const { topic, partition, offset, logStart, logEnd } = at;
    const place = { group: this.group, topic, partition, offset: String(offset) };
    if (offset < logStart) {
      this.options.metrics.expired.inc({ group: this.group, topic }, Number(logStart - offset));
      this.options.logger.error(
        { ...place, logStart: String(logStart) },
        'events expired before they were handled',
      );
    } else {
      this.options.logger.error(
        { ...place, logEnd: String(logEnd) },
        'progress is beyond the log: was the topic made anew?',
      );
    }
    this.workers.get(keyOf(at))?.continueFrom(logStart);
    return logStart;
  }

  failed(error: Error, fatal: boolean): void {
    if (fatal) this.fatal = error;
    this.options.logger[fatal ? 'error' : 'warn'](
      { err: error, group: this.group, fatal },
      'the consumer failed',
    );
  }

  private async acquire(partitions: readonly Announced[], left: Stop) {
    for (let failures = 1; ; failures++) {
      try {
        return await this.options.store.acquire(this.group, partitions);
      } catch (error) {
        if (left.requested) throw error;
        this.options.logger.warn(
          { err: error, group: this.group, failures },
          'partitions wait to be taken over',
        );
        await left.wait(fullJitter(ACQUIRE_BACK_OFF, failures, Math.random()));
        if (left.requested) throw error;
      }
    }
  }

  /** `now` only where every handler of the topic says so: one that wants the past must not miss it. */
  private async declaredStarts(fresh: readonly TopicPartition[]): Promise<Map<string, bigint>> {
    const topics = [...new Set(fresh.map(({ topic }) => topic))];
    if (topics.length === 0) return new Map();
    const offsets = await this.options.transport.admin.offsets(topics);
    return new Map(
      offsets.map(({ topic, partition, start, end }) => {
        const fromNow = this.options.handlersOn(topic).every(({ options }) => options.from === 'now');
        return [keyOf({ topic, partition }), fromNow ? end : start];
      }),
    );
  }

  private async leave(): Promise<void> {
    this.left.request();
    await this.abandonAll();
    await this.progress.stop();
    const { member } = this;
    this.member = undefined;
    this.topics = [];
    await member?.close();
    // A takeover that ended only after the next membership's would fence that one's workers.
    await Promise.allSettled(this.takeovers);
    await this.abandonAll();
    this.workers.clear();
  }

  private async abandonAll(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.abandon()));
  }

  private async commit(positions: readonly Position[]): Promise<void> {
    const owned = positions.filter((position) => this.workers.has(keyOf(position)));
    if (owned.length === 0) return;
    try {
      await this.member?.commit(owned);
    } catch (error) {
      // A rebalance came first; the new owner reports from where it goes on.
      if (!(error instanceof OwnershipLostError)) throw error;
    }
  }
}

const keyOf = ({ topic, partition }: TopicPartition) => `${topic}/${partition}`;

const sameSet = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.toSorted().join() === b.toSorted().join();
