import type { FetchedBatch, LogRecord, TopicPartition } from '../../transport.port';
import { sizeOf } from '../producer/append-call';
import type { Decoded } from './decode';

const LEAST_FETCH_BYTES = 16_384;

/** How far one partition has been read, and what was fetched of it and not delivered yet. */
export class PartitionReader implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  paused = false;
  /** A fetch for this partition is under way. */
  fetching = false;
  /** The owner is being asked where to go on. */
  asking = false;
  closed = false;
  notBefore = 0;
  /** Counts the jumps: an answer to a fetch from before a jump is dropped. */
  version = 0;
  #fetchFrom: bigint;
  #endOffset = 0n;
  #fetched: LogRecord[] = [];
  #delivered = 0;
  #undelivered = false;
  #askBytes = LEAST_FETCH_BYTES;

  constructor({ topic, partition }: TopicPartition, from: bigint) {
    this.topic = topic;
    this.partition = partition;
    this.#fetchFrom = from;
  }

  get position(): bigint {
    return this.#fetchFrom;
  }

  /**
   * What to ask the log for. It counts compressed bytes, of which ten may be a hundred in memory, so this follows what
   * the last answer came to; all of an answer is held until it is delivered.
   */
  get askBytes(): number {
    return this.#askBytes;
  }

  wantsFetch(now: number): boolean {
    const { paused, fetching, asking, closed } = this;
    return !(paused || fetching || asking || closed || this.#undelivered) && this.notBefore <= now;
  }

  jump(to: bigint): void {
    this.version += 1;
    this.fetching = false;
    this.#fetchFrom = to;
    this.#fetched = [];
    this.#delivered = 0;
    this.#undelivered = false;
  }

  fetched({ records, nextOffset, bytesInLog }: Decoded, endOffset: bigint, wanted: number): void {
    this.#endOffset = endOffset;
    this.#learn(records, bytesInLog, wanted);
    if (nextOffset === this.#fetchFrom) return;
    this.#fetched = records;
    this.#delivered = 0;
    this.#fetchFrom = nextOffset;
    this.#undelivered = true;
  }

  /** The next piece of at most `maxBytes`, but at least one record; undefined when there is nothing or it is held. */
  next(maxBytes: number): FetchedBatch | undefined {
    if (!this.#undelivered || this.paused || this.asking || this.closed) return undefined;
    const { topic, partition } = this;
    const start = this.#delivered;
    let end = start;
    let bytes = 0;
    while (end < this.#fetched.length) {
      bytes += sizeOf(this.#fetched[end] as LogRecord);
      if (end > start && bytes > maxBytes) break;
      end += 1;
    }
    const records =
      start === 0 && end === this.#fetched.length ? this.#fetched : this.#fetched.slice(start, end);
    this.#delivered = end;
    const following = this.#fetched[end];
    if (!following) {
      this.#fetched = [];
      this.#undelivered = false;
    }
    const nextOffset = following ? following.offset : this.#fetchFrom;
    const endOffset = this.#endOffset > nextOffset ? this.#endOffset : nextOffset;
    return { topic, partition, records, nextOffset, endOffset };
  }

  #learn(records: readonly LogRecord[], bytesInLog: number, wanted: number): void {
    let bytes = 0;
    for (const record of records) bytes += sizeOf(record);
    if (bytes === 0) return;
    const enough = Math.floor((wanted * bytesInLog) / bytes);
    this.#askBytes = Math.max(LEAST_FETCH_BYTES, Math.min(enough, 2 * this.#askBytes, wanted));
  }
}
