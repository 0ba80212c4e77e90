import type { ConnectionPool } from '@platformatic/kafka';
import { LogUnavailableError, TransportClosedError, UnknownTopicError } from '../../transport.errors';
import type { OutgoingRecord, Position } from '../../transport.port';
import { BackOff } from '../cluster/back-off';
import type { Cluster } from '../cluster/cluster';
import type { ProducerSettings, TransportLogger } from '../kafka-transport.options';
import { codedError } from '../protocol-errors';
import { AppendCall, type Entry, sizeOf } from './append-call';
import type { Batch } from './batch';
import { Entrance, Room } from './entrance';
import { PartitionQueue } from './partition-queue';
import { Partitioner } from './partitioner';
import { ProducerIdentities, type ProducerIdentity } from './producer-identity';
import {
  isIdentityLost,
  isTooLarge,
  PartitionRefused,
  type PartitionOutcome,
  produce,
  tooLarge,
} from './produce';

const REQUEST_BYTES = 2 * 1024 * 1024;
const BUFFERED_BYTES = 64 * 1024 * 1024;
// Less than the delivery time-out, so that a broker that hangs leaves time for its successor.
const REQUEST_TIMEOUT_MS = 6_000;
const SWEEP_MS = 200;

/**
 * Collects concurrent appends per partition and sends them per leading broker: at once where the broker is idle,
 * else together with all that came in the meantime. One batch of a partition is under way at a time, so a
 * repeated batch cannot overtake or be overtaken.
 */
export class RecordProducer {
  readonly #cluster: Cluster;
  readonly #settings: ProducerSettings;
  readonly #logger: TransportLogger | undefined;
  readonly #identities: ProducerIdentities;
  readonly #queues = new Map<string, PartitionQueue>();
  readonly #requests = new Map<number, number>();
  readonly #backOff = new BackOff();
  readonly #underWay = new Set<Batch>();
  readonly #calls = new Set<Promise<unknown>>();
  readonly #partitioner = new Partitioner();
  readonly #entrance = new Entrance();
  readonly #room = new Room(BUFFERED_BYTES);
  #pool: ConnectionPool | undefined;
  #scheduled = false;
  #sweeper: NodeJS.Timeout | undefined;
  #closed = false;
  #released = false;

  constructor(cluster: Cluster, settings: ProducerSettings, logger?: TransportLogger) {
    this.#cluster = cluster;
    this.#settings = settings;
    this.#logger = logger;
    this.#identities = new ProducerIdentities(cluster, settings.idempotent);
  }

  append(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    if (this.#closed) return Promise.reject(new TransportClosedError('The Kafka transport is closed.'));
    if (records.length === 0) return Promise.resolve([]);
    const call = this.#enter(records);
    this.#calls.add(call);
    return call.finally(() => this.#calls.delete(call));
  }

  /** Waits for the appends under way; each ends by itself, at the latest at its deadline. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#calls);
    this.#released = true;
    clearInterval(this.#sweeper);
    if (this.#pool) await this.#cluster.release(this.#pool);
  }

  async #enter(records: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    const deadline = performance.now() + this.#settings.deliveryTimeoutMs;
    await this.#entrance.pass(
      () => this.#isReady(records),
      () => this.#prepare(records, deadline),
    );
    const call = new AppendCall(records.length);
    const queues = records.map((record) => this.#queueOf(record));
    records.forEach((record, index) => {
      const bytes = sizeOf(record);
      (queues[index] as PartitionQueue).push({ record, call, index, bytes, deadline });
      this.#room.take(bytes);
    });
    this.#schedule();
    return call.promise;
  }

  #isReady(records: readonly OutgoingRecord[]): boolean {
    if (this.#pool === undefined || !this.#room.isThere) return false;
    return records.every(({ topic }) => this.#cluster.known(topic));
  }

  async #prepare(records: readonly OutgoingRecord[], deadline: number): Promise<void> {
    await this.#cluster.open();
    const { deliveryTimeoutMs, maxInFlight } = this.#settings;
    this.#pool ??= this.#cluster.pool(Math.min(deliveryTimeoutMs, REQUEST_TIMEOUT_MS), { maxInFlight });
    for (const topic of new Set(records.map((record) => record.topic))) await this.#cluster.topic(topic);
    await this.#room.until(deadline);
  }

  #queueOf(record: OutgoingRecord): PartitionQueue {
    const { topic } = record;
    const partitions = this.#cluster.known(topic)?.partitions.length;
    if (partitions === undefined) throw new UnknownTopicError(`There is no topic '${topic}' any more.`);
    const partition = this.#partitioner.partitionOf(record, partitions);
    const key = `${topic}:${partition}`;
    let queue = this.#queues.get(key);
    if (!queue) this.#queues.set(key, (queue = new PartitionQueue(topic, partition)));
    return queue;
  }

  // Not at once, so that calls made in one turn of the event loop travel together.
  #schedule(): void {
    if (this.#released) return;
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    if (this.#idle()) return;
    let identity: ProducerIdentity;
    try {
      identity = await this.#identities.current(this.#pool as ConnectionPool);
    } catch (error) {
      this.#rest(
        error,
        [...this.#queues.values()].filter((queue) => !queue.isEmpty),
      );
      return;
    }
    for (const [leader, queues] of this.#readyByLeader()) {
      while ((this.#requests.get(leader) ?? 0) < this.#settings.maxInFlight) {
        const batches = this.#takeFrom(queues, identity);
        if (batches.length === 0) break;
        void this.#send(leader, batches);
      }
    }
  }

  #readyByLeader(): Map<number, PartitionQueue[]> {
    const ready = new Map<number, PartitionQueue[]>();
    const now = performance.now();
    for (const queue of this.#queues.values()) {
      if (queue.isEmpty || queue.notBefore > now || queue.inFlight >= this.#settings.maxInFlight) continue;
      const leader = this.#cluster.known(queue.topic)?.partitions[queue.partition]?.leader ?? -1;
      const queues = ready.get(leader);
      if (queues) queues.push(queue);
      else ready.set(leader, [queue]);
    }
    return ready;
  }

  #takeFrom(queues: PartitionQueue[], identity: ProducerIdentity): Batch[] {
    const batches: Batch[] = [];
    let bytes = 0;
    for (let turn = queues.length; turn > 0 && bytes < REQUEST_BYTES; turn -= 1) {
      const queue = queues.shift() as PartitionQueue;
      queues.push(queue);
      if (queue.inFlight >= this.#settings.maxInFlight) continue;
      const batch = queue.take(identity);
      if (!batch) continue;
      // A repeated batch keeps the id it was first sent under, and a request carries one id only.
      if (batches[0] && batches[0].identity !== batch.identity) {
        queue.repeat(batch);
        continue;
      }
      queue.inFlight += 1;
      batches.push(batch);
      bytes += batch.bytes;
    }
    return batches;
  }

  async #send(leader: number, batches: Batch[]): Promise<void> {
    this.#requests.set(leader, (this.#requests.get(leader) ?? 0) + 1);
    for (const batch of batches) this.#underWay.add(batch);
    const outcomes = await produce(
      this.#cluster,
      this.#pool as ConnectionPool,
      leader,
      batches,
      this.#settings,
    );
    this.#requests.set(leader, (this.#requests.get(leader) ?? 1) - 1);
    const again: PartitionQueue[] = [];
    let cause: unknown;
    batches.forEach((batch, index) => {
      this.#underWay.delete(batch);
      const outcome = outcomes[index] as PartitionOutcome;
      const queue = this.#queues.get(`${batch.topic}:${batch.partition}`) as PartitionQueue;
      queue.inFlight -= 1;
      if (this.#settle(queue, batch, outcome)) return;
      again.push(queue);
      cause = 'error' in outcome ? outcome.error : undefined;
      queue.repeat(batch);
    });
    if (again.length > 0) this.#rest(cause, again);
    else this.#backOff.reset();
    await this.#pump();
  }

  /** False when the batch has to be sent again. */
  #settle(queue: PartitionQueue, batch: Batch, outcome: PartitionOutcome): boolean {
    if ('baseOffset' in outcome) {
      const { topic, partition, entries } = batch;
      entries.forEach(({ call, index }, nth) =>
        call.placed(index, { topic, partition, offset: outcome.baseOffset + BigInt(nth) }),
      );
      queue.stored();
      this.#forget(entries);
      return true;
    }
    if (isTooLarge(outcome.error) && batch.entries.length > 1 && !batch.mayBeStored) {
      queue.split(batch);
      return true;
    }
    if (isIdentityLost(outcome.error) && !batch.mayBeStored) {
      this.#identities.renew();
      queue.giveBack(batch);
      return true;
    }
    if (!outcome.certainlyNotStored) batch.mayBeStored = true;
    const refused = outcome.error instanceof PartitionRefused;
    if (!refused && performance.now() < batch.deadline) return false;
    this.#giveUp(queue, batch, this.#errorOf(batch, outcome.error));
    return true;
  }

  #giveUp(queue: PartitionQueue, batch: Batch, error: Error): void {
    if (batch.mayBeStored) this.#identities.renew();
    else queue.withdrawn(batch);
    this.#reject(batch.entries, error);
  }

  #errorOf(batch: Batch, error: Error): Error {
    if (isTooLarge(error)) return tooLarge(batch, error);
    return codedError(
      error instanceof PartitionRefused ? error.cause : error,
      `Appending to partition ${batch.partition} of '${batch.topic}'`,
    );
  }

  #reject(entries: readonly Entry[], error: Error): void {
    this.#forget(entries);
    for (const { call } of entries) call.failed(error);
    for (const queue of this.#queues.values()) this.#forget(queue.dropFailed());
  }

  #forget(entries: readonly Entry[]): void {
    this.#room.give(entries.reduce((total, { bytes }) => total + bytes, 0));
  }

  /** Waits a little and asks who leads now, before the next attempt for these partitions. */
  #rest(cause: unknown, queues: readonly PartitionQueue[]): void {
    const pauseMs = this.#backOff.next();
    const notBefore = performance.now() + pauseMs;
    for (const queue of queues) queue.notBefore = notBefore;
    this.#logger?.debug({ err: cause, pauseMs }, 'Appending to Kafka failed and will be tried again');
    setTimeout(() => {
      for (const queue of queues) queue.notBefore = 0;
      this.#cluster.refresh([...new Set(queues.map(({ topic }) => topic))]).then(
        () => this.#schedule(),
        (error: unknown) => {
          if (queues.some((queue) => !queue.isEmpty)) this.#rest(error, queues);
        },
      );
    }, pauseMs);
  }

  #idle(): boolean {
    return this.#underWay.size === 0 && [...this.#queues.values()].every((queue) => queue.isEmpty);
  }

  #sweep(): void {
    const now = performance.now();
    for (const queue of this.#queues.values()) {
      const expired = queue.expire(now);
      if (expired.length > 0) this.#reject(expired, unacknowledged(this.#settings));
      for (const batch of queue.expireRepeats(now))
        this.#giveUp(queue, batch, unacknowledged(this.#settings));
    }
    // Under way, nobody can take it back; but its callers need not wait for the answer.
    for (const batch of this.#underWay) {
      if (batch.deadline <= now)
        for (const { call } of batch.entries) call.failed(unacknowledged(this.#settings));
    }
    for (const queue of this.#queues.values()) this.#forget(queue.dropFailed());
    this.#room.look();
    if (!this.#idle()) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}

const unacknowledged = ({ deliveryTimeoutMs }: ProducerSettings) =>
  new LogUnavailableError(`Kafka has not acknowledged the append within ${deliveryTimeoutMs} ms.`);
