import type { ConnectionPool } from '@platformatic/kafka';
import type { FetchedBatch, Position } from '../../transport.port';
import { BackOff } from '../cluster/back-off';
import type { Cluster } from '../cluster/cluster';
import { codedError, isPassing, ProtocolCode } from '../protocol-errors';
import { decode } from './decode';
import type { FetchedPartition } from './fetch-message';
import { type FetchPosition, fetchFrom } from './fetch-request';
import type { PartitionReader } from './partition-reader';

export interface FetcherOptions {
  readonly clientId: string;
  readonly maxWaitMs: number;
  readonly maxBytesPerPartition: number;
}

export interface FetchListener {
  records(batch: FetchedBatch): void;
  /** The partition is not read until the reader has jumped. */
  outOfRange(reader: PartitionReader): void;
  failed(error: Error): void;
}

/** A waiting fetch of the second lane gives way after this, so that a resumed partition never waits longer. */
const SHORT_WAIT_MS = 40;
const MAX_FETCH_BYTES = 16 * 1024 * 1024;
const REQUEST_MARGIN_MS = 10_000;
const TELL_EVERY = 30;
const LANES = ['long', 'short'] as const;
type Lane = (typeof LANES)[number];

/**
 * Reads the partitions of one member. Per leading broker there are two lanes, each with a connection of its own
 * and one fetch under way: the long one waits `maxWaitMs` at the log; a partition that becomes ready meanwhile
 * (assigned, resumed, sought) goes by the short one, and joins the long one as soon as that has come back.
 */
export class Fetcher {
  readonly #cluster: Cluster;
  readonly #options: FetcherOptions;
  readonly #listener: FetchListener;
  readonly #readers = new Set<PartitionReader>();
  readonly #pools: Record<Lane, ConnectionPool>;
  readonly #busy = new Set<string>();
  readonly #backOffs = new Map<number, BackOff>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #scheduled = false;
  #closed = false;

  constructor(cluster: Cluster, options: FetcherOptions, listener: FetchListener) {
    this.#cluster = cluster;
    this.#options = options;
    this.#listener = listener;
    this.#pools = {
      long: cluster.pool(options.maxWaitMs + REQUEST_MARGIN_MS, { clientId: options.clientId }),
      short: cluster.pool(REQUEST_MARGIN_MS, { clientId: options.clientId }),
    };
  }

  add(reader: PartitionReader): void {
    this.#readers.add(reader);
    this.wake();
  }

  remove(reader: PartitionReader): void {
    reader.closed = true;
    this.#readers.delete(reader);
  }

  /** Delivers what a resumed partition still holds, and fetches what is ready. */
  wake(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const reader of this.#readers) reader.closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(LANES.map((lane) => this.#cluster.release(this.#pools[lane])));
  }

  #pump(): void {
    if (this.#closed) return;
    for (const reader of this.#readers) this.#deliver(reader);
    const now = performance.now();
    const ready = new Map<number, PartitionReader[]>();
    for (const reader of this.#readers) {
      if (!reader.wantsFetch(now)) continue;
      const leader = this.#cluster.known(reader.topic)?.partitions[reader.partition]?.leader ?? -1;
      const readers = ready.get(leader);
      if (readers) readers.push(reader);
      else ready.set(leader, [reader]);
    }
    for (const [leader, readers] of ready) {
      const lane = LANES.find((one) => !this.#busy.has(`${leader}:${one}`));
      if (lane) void this.#fetch(leader, lane, readers);
    }
  }

  async #fetch(leader: number, lane: Lane, readers: readonly PartitionReader[]): Promise<void> {
    const key = `${leader}:${lane}`;
    this.#busy.add(key);
    const asked = new Map<FetchPosition, { reader: PartitionReader; version: number }>();
    for (const reader of readers) {
      const { topic, partition, position: offset, version, askBytes: maxBytes } = reader;
      reader.fetching = true;
      asked.set({ topic, partition, offset, maxBytes }, { reader, version });
    }
    const maxWaitMs =
      lane === 'long' ? this.#options.maxWaitMs : Math.min(SHORT_WAIT_MS, this.#options.maxWaitMs);
    let answers: ReadonlyMap<Position, FetchedPartition> = new Map();
    let failure: unknown;
    try {
      answers = await fetchFrom(this.#cluster, this.#pools[lane], leader, [...asked.keys()], {
        maxWaitMs,
        maxBytes: MAX_FETCH_BYTES,
      });
    } catch (error) {
      failure = error;
    }
    this.#busy.delete(key);
    if (this.#closed) return;
    const astray: PartitionReader[] = [];
    for (const [position, { reader, version }] of asked) {
      if (reader.version !== version) continue;
      reader.fetching = false;
      // Read ones go to the back, so that a full answer does not always leave out the same partitions.
      if (!reader.closed && this.#readers.delete(reader)) this.#readers.add(reader);
      if (!this.#take(reader, position, answers.get(position))) astray.push(reader);
    }
    if (astray.length > 0) this.#goAstray(leader, astray, failure);
    else this.#backOffs.get(leader)?.reset();
    this.#pump();
  }

  /** False when the partition has to be looked for again. */
  #take(reader: PartitionReader, { topic, offset }: Position, answer: FetchedPartition | undefined): boolean {
    if (!answer) return false;
    if (reader.closed) return true;
    const { errorCode, highWatermark } = answer;
    if (errorCode === ProtocolCode.OFFSET_OUT_OF_RANGE) {
      this.#listener.outOfRange(reader);
      return true;
    }
    if (errorCode !== ProtocolCode.NONE) {
      if (!isPassing(errorCode)) {
        const error = Object.assign(new Error(`protocol error ${errorCode}`), { apiCode: errorCode });
        this.#listener.failed(codedError(error, `Reading partition ${reader.partition} of '${topic}'`));
      }
      return false;
    }
    try {
      reader.fetched(decode(topic, answer, offset), highWatermark, this.#options.maxBytesPerPartition);
    } catch (error) {
      this.#listener.failed(
        codedError(error, `Decoding partition ${reader.partition} of '${topic}' at ${offset}`),
      );
      return false;
    }
    this.#deliver(reader);
    return true;
  }

  #deliver(reader: PartitionReader): void {
    for (;;) {
      const batch = reader.next(this.#options.maxBytesPerPartition);
      if (!batch) return;
      this.#listener.records(batch);
    }
  }

  /** The leader is away or is another broker now: wait a little, ask who leads, try again. */
  #goAstray(leader: number, readers: readonly PartitionReader[], failure: unknown): void {
    let backOff = this.#backOffs.get(leader);
    if (!backOff) this.#backOffs.set(leader, (backOff = new BackOff()));
    const worthTelling = backOff.attempts < 2 || backOff.attempts % TELL_EVERY === 0;
    const pauseMs = backOff.next();
    const notBefore = performance.now() + pauseMs;
    for (const reader of readers) reader.notBefore = notBefore;
    if (failure !== undefined && worthTelling)
      this.#listener.failed(codedError(failure, 'Reading from Kafka'));
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const topics = new Set(readers.filter(({ closed }) => !closed).map(({ topic }) => topic));
      for (const reader of readers) reader.notBefore = 0;
      if (topics.size === 0) return;
      this.#cluster.refresh([...topics]).then(
        () => this.wake(),
        (error: unknown) => {
          if (!this.#closed) this.#goAstray(leader, readers, error);
        },
      );
    }, pauseMs);
    this.#timers.add(timer);
  }
}
