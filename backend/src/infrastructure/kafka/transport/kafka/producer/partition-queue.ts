import type { Batch } from './batch';
import type { Entry } from './append-call';
import type { ProducerIdentity } from './producer-identity';

const BATCH_BYTES = 512 * 1024;
const BATCH_RECORDS = 2_000;
/** The client writes the difference to a batch's first time in 32 bits; 24 days. */
const LONGEST_SPAN_MS = 2 ** 31 - 1;

/** What waits for one partition, in order. */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** Batches under way; more than one only where the order may be given up. */
  inFlight = 0;
  /** `performance.now()` before which nothing is sent, after a failure. */
  notBefore = 0;
  readonly #waiting: Entry[] = [];
  #head = 0;
  readonly #again: Batch[] = [];
  #identity: ProducerIdentity | undefined;
  #nextSequence = 0;
  #mostRecords = BATCH_RECORDS;

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  get isEmpty(): boolean {
    return this.#again.length === 0 && this.#head === this.#waiting.length;
  }

  push(entry: Entry): void {
    this.#waiting.push(entry);
  }

  /** Takes out what belongs to calls that have failed: sent now, it would come before its repeated predecessors. */
  dropFailed(): Entry[] {
    const failed = this.#waiting.slice(this.#head).filter(({ call }) => call.hasFailed);
    if (failed.length === 0) return failed;
    const kept = this.#waiting.slice(this.#head).filter(({ call }) => !call.hasFailed);
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    this.#head = 0;
    return failed;
  }

  /** The batch to repeat, or else the next one. Undefined when nothing waits. */
  take(identity: ProducerIdentity): Batch | undefined {
    const again = this.#again.shift();
    if (again) return again;
    const first = this.#waiting[this.#head];
    if (!first) return undefined;
    const entries: Entry[] = [];
    let bytes = 0;
    let deadline = first.deadline;
    while (this.#head < this.#waiting.length && entries.length < this.#mostRecords) {
      const entry = this.#waiting[this.#head] as Entry;
      if (entries.length > 0 && (bytes + entry.bytes > BATCH_BYTES || isFarFrom(first, entry))) break;
      entries.push(entry);
      bytes += entry.bytes;
      deadline = Math.max(deadline, entry.deadline);
      this.#head += 1;
    }
    this.#compact();
    if (this.#identity !== identity) {
      this.#identity = identity;
      this.#nextSequence = 0;
    }
    const firstSequence = this.#nextSequence;
    this.#nextSequence = (firstSequence + entries.length) % 2 ** 31;
    const { topic, partition } = this;
    return { topic, partition, entries, bytes, identity, firstSequence, deadline, mayBeStored: false };
  }

  /** Goes first the next time, under the sequence number it had. */
  repeat(batch: Batch): void {
    this.#again.push(batch);
  }

  /** The broker has certainly not stored it: its sequence numbers are free again. */
  withdrawn(batch: Batch): void {
    if (batch.identity === this.#identity) this.#nextSequence = batch.firstSequence;
  }

  /** Back to the front, to be sent as if for the first time. */
  giveBack(batch: Batch): void {
    this.withdrawn(batch);
    this.#waiting.splice(this.#head, 0, ...batch.entries);
  }

  /** Too large together: back to the front, to go in halves. */
  split(batch: Batch): void {
    this.giveBack(batch);
    this.#mostRecords = Math.max(1, Math.floor(batch.entries.length / 2));
  }

  stored(): void {
    if (this.isEmpty) this.#mostRecords = BATCH_RECORDS;
  }

  /** Takes out what nobody waits for any more and has not been sent. */
  expire(now: number): Entry[] {
    const expired: Entry[] = [];
    while ((this.#waiting[this.#head]?.deadline ?? Number.POSITIVE_INFINITY) <= now) {
      expired.push(this.#waiting[this.#head] as Entry);
      this.#head += 1;
    }
    this.#compact();
    return expired;
  }

  /** Takes out the batches that were to be repeated and for which nobody waits any more. */
  expireRepeats(now: number): Batch[] {
    if (this.#again.length === 0) return [];
    const kept = this.#again.filter(({ deadline }) => deadline > now);
    const expired = this.#again.filter(({ deadline }) => deadline <= now);
    this.#again.splice(0, this.#again.length, ...kept);
    return expired;
  }

  #compact(): void {
    if (this.#head < 1_000 && this.#head < this.#waiting.length) return;
    this.#waiting.splice(0, this.#head);
    this.#head = 0;
  }
}

function isFarFrom({ record: { timestamp: first } }: Entry, { record: { timestamp } }: Entry): boolean {
  // Both get the same time when they are sent.
  if (first === timestamp) return false;
  const now = Date.now();
  return Math.abs((timestamp ?? now) - (first ?? now)) > LONGEST_SPAN_MS;
}
