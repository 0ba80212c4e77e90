import { fullJitter } from '@/infrastructure/concurrency/back-off';
import { Stop } from '@/infrastructure/concurrency/stop';
import { within } from '@/infrastructure/concurrency/within';
import type { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import type { InboxHorizon } from '@/infrastructure/kafka/inbox/inbox-horizon';
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
import type { DeliveryOptions } from './delivery.options';
import type { DeliveryStore } from './delivery-store.port';
import { Membership } from './membership';
import type { PartitionWorker } from './lanes/partition-worker';
import type { OutcomeObserver } from './outcome-observer';
import { ProgressSaver } from './progress/progress-saver';
import type { EventOpener } from './runs/event-opener';
import type { TransactionSlots } from './runs/transaction-slots';

export type Announced = TopicPartition & { readonly committed: bigint | null };

export interface GroupConsumerOptions {
  readonly transport: EventTransport;
  readonly store: DeliveryStore;
  readonly opener: EventOpener;
  readonly horizon: Pick<InboxHorizon, 'learn'>;
  readonly breakers: Breakers;
  readonly slots: TransactionSlots;
  readonly observer: OutcomeObserver;
  readonly limits: DeliveryOptions;
  readonly group: string;
  readonly clientId: string;
  readonly instanceId?: string;
  readonly sessionTimeoutMs: number;
  readonly maxWaitMs: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** The registrations whose types live on the topic; asked at each join. */
  readonly handlersOn: (topic: string) => readonly HandlerRegistration[];
}

const MAX_BYTES_PER_FETCH = 1_048_576;
const ACQUIRE_BACK_OFF = { firstMs: 100, longestMs: 5_000 };

/** One process's part in a consumer group: takes partitions over, feeds their workers, saves progress. */
export class GroupConsumer implements GroupListener {
  private readonly progress: ProgressSaver;
  /** Answers about where to start that are under way. */
  private readonly takeovers = new Set<Promise<unknown>>();
  private closed = false;
  private membership: Membership;
  private member: GroupMember | undefined;
  private topics: readonly string[] = [];
  private handlers: readonly HandlerRegistration[] = [];
  /** Set when the member ended without being asked to; readiness and health tell. */
  fatal: Error | undefined;

  constructor(private readonly options: GroupConsumerOptions) {
    this.progress = new ProgressSaver({
      store: options.store,
      logger: options.logger,
      commit: (positions) => this.commit(positions),
      onRefused: ({ tenure }) => this.membership.refused(tenure),
    });
    this.membership = this.newMembership();
  }

  get active(): boolean {
    return this.member !== undefined && this.fatal === undefined;
  }

  get group(): string {
    return this.options.group;
  }

  /** Events that failed, or wait behind one that did, in the partitions this process owns. */
  get parked(): number {
    return this.membership.parked;
  }

  subscribed(): readonly string[] {
    return this.topics;
  }

  /** Joins for these topics; with other topics or handlers than before, leaves and joins again. */
  async subscribe(topics: readonly string[]): Promise<void> {
    const handlers = [...new Set(topics.flatMap((topic) => this.options.handlersOn(topic)))];
    if (this.closed || (this.member && sameSet(topics, this.topics) && sameSet(handlers, this.handlers)))
      return;
    await this.leave();
    this.membership = this.newMembership();
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
    this.handlers = handlers;
    // Workers may have filled up before there was a member to pause.
    for (const worker of this.workers()) if (worker.isFull) this.member.pause(worker.tenure);
    this.progress.start();
  }

  /** Lets the runs under way end, for `drainMs` at most, saves what they reached, leaves the group. */
  async close(): Promise<void> {
    this.closed = true;
    await this.leave();
  }

  assigned(partitions: readonly Announced[]): Promise<readonly Position[]> {
    const takeover = this.takeOver(partitions, this.membership);
    this.takeovers.add(takeover);
    return takeover.finally(() => this.takeovers.delete(takeover));
  }

  lost(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) void this.membership.remove(partition);
  }

  records(batch: FetchedBatch): void {
    this.membership.workerOf(batch)?.accept(batch);
  }

  async outOfRange(at: Position & { readonly logStart: bigint; readonly logEnd: bigint }): Promise<bigint> {
    const { topic, partition, offset, logStart, logEnd } = at;
    const place = { group: this.group, topic, partition, offset: String(offset) };
    const worker = this.membership.workerOf(at);
    if (offset < logStart) {
      this.options.metrics.expired.inc({ group: this.group, topic }, Number(logStart - offset));
      this.options.logger.error(
        { ...place, logStart: String(logStart) },
        'events expired before they were handled',
      );
      worker?.expiredTo(logStart);
    } else {
      this.options.logger.error(
        { ...place, logEnd: String(logEnd) },
        'progress is beyond the log: has it lost its end?',
      );
      worker?.startAgainFrom(logStart);
    }
    return logStart;
  }

  failed(error: Error, fatal: boolean): void {
    if (fatal) this.fatal = error;
    this.options.logger[fatal ? 'error' : 'warn'](
      { err: error, group: this.group, fatal },
      'the consumer failed',
    );
  }

  private workers(): Iterable<PartitionWorker> {
    return this.membership.workers();
  }

  private newMembership(): Membership {
    const membership: Membership = new Membership({
      ...this.options,
      onPressure: (partition, full) =>
        full ? this.member?.pause(partition) : this.member?.resume(partition),
      onProgress: (worker) => this.progress.changed(worker),
      onFenced: ({ tenure }) => void this.takeBack(tenure, membership),
    });
    return membership;
  }

  /**
   * Who took a partition over may have been its owner no more, and only slow: then it is still ours when its session
   * must be over, nobody else will run its events, and we have read past those that were refused us.
   */
  private async takeBack(place: TopicPartition, membership: Membership): Promise<void> {
    const { topic, partition } = place;
    for (;;) {
      await membership.left.wait(this.options.sessionTimeoutMs);
      const { member } = this;
      if (!member || membership.left.requested || !isUnattended(place, member, membership)) return;
      this.options.logger.warn(
        { group: this.group, topic, partition },
        'a partition is still ours: taken back',
      );
      const taking = this.takeOver([{ topic, partition, committed: null }], membership, member);
      this.takeovers.add(taking);
      try {
        await taking;
        return;
      } catch (error) {
        this.options.logger.warn(
          { err: error, group: this.group, topic, partition },
          'the partition is not taken back yet',
        );
      } finally {
        this.takeovers.delete(taking);
      }
    }
  }

  /** `reader`: who reads the partitions already; it goes to where they begin. */
  private async takeOver(
    partitions: readonly Announced[],
    membership: Membership,
    reader?: GroupMember,
  ): Promise<readonly Position[]> {
    const taken = await this.acquire(partitions, membership.left);
    const starts = await membership.startsOf(taken);
    // Kept before the first read: after a crash `now` would be another moment, and what lies between be passed over.
    await this.options.store.save(
      starts.map(({ takeover: { tenure }, watermark, segments }) => ({
        tenure,
        watermark,
        segments,
        mirrored: null,
      })),
    );
    if (membership.left.requested)
      throw new OwnershipLostError(`The membership in '${this.group}' has ended.`);
    if (reader && !partitions.every((partition) => isUnattended(partition, reader, membership)))
      throw new OwnershipLostError(`A partition of '${this.group}' has moved on meanwhile.`);
    return starts.map((start) => {
      const worker = membership.add(start);
      this.progress.changed(worker);
      const { topic, partition } = worker.tenure;
      const position = { topic, partition, offset: worker.from };
      // In one turn with the worker: what was read further on must not come to it first.
      reader?.seek(position);
      reader?.resume(position);
      return position;
    });
  }

  private async acquire(partitions: readonly Announced[], left: Stop) {
    for (let failures = 1; ; failures++) {
      try {
        // Before the first event: whether one is too old to be known must not be a guess.
        if (this.options.store.transactional) await this.options.horizon.learn();
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

  private async leave(): Promise<void> {
    const { membership } = this;
    const ended = membership.end();
    await within(this.options.limits.drainMs, ended).catch(() => {
      this.options.logger.warn(
        { group: this.group, drainMs: this.options.limits.drainMs },
        'runs under way did not end; they are left behind, and can have no effect after the next takeover',
      );
    });
    await this.progress.stop();
    const { member } = this;
    this.member = undefined;
    this.topics = [];
    await member?.close();
    // A takeover that ended only after the next membership's would fence that one's workers.
    await Promise.allSettled(this.takeovers);
  }

  private async commit(positions: readonly Position[]): Promise<void> {
    const owned = positions.filter((position) => this.membership.workerOf(position));
    if (owned.length === 0) return;
    try {
      await this.member?.commit(owned);
    } catch (error) {
      // A rebalance came first; the new owner reports from where it goes on.
      if (!(error instanceof OwnershipLostError)) throw error;
    }
  }
}

/** Ours by what the log says, and none of our workers has it. */
function isUnattended(place: TopicPartition, member: GroupMember, membership: Membership): boolean {
  const isThis = ({ topic, partition }: TopicPartition) =>
    topic === place.topic && partition === place.partition;
  return member.assignment().some(isThis) && membership.workerOf(place) === undefined;
}

function sameSet<T>(a: readonly T[], b: readonly T[]): boolean {
  const known = new Set(a);
  return known.size === b.length && b.every((item) => known.has(item));
}
