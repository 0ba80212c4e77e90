import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { OffsetOutOfRangeError } from '../transport.errors';
import type { FetchedBatch, GroupListener, TopicPartition } from '../transport.port';
import { BackOff } from './back-off';
import type { HeadWatch } from './head-watch';
import { laneKey } from './lane-key';
import type { LaneTurns } from './lane-turns';
import type { LogReader, ReadBatch } from './log-reader';

export interface FlowSurroundings {
  readonly reader: LogReader;
  readonly heads: HeadWatch;
  readonly listener: GroupListener;
  readonly maxBytes: number;
  readonly failed: (error: unknown) => void;
  /** Callbacks of one partition one after another. */
  readonly inTurn: LaneTurns['run'];
}

/**
 * Delivers one partition to one member, a batch at a time. Whatever was read before a seek, a pause or the loss of
 * the partition is dropped, not delivered late.
 */
export class PartitionFlow {
  readonly topic: string;
  readonly partition: number;
  private position: bigint | undefined;
  /** Raised by a seek. */
  private version = 0;
  private paused = false;
  private stopped = false;
  private running: Promise<void> | undefined;
  private readonly unwatch: () => void;
  private readonly backOff = new BackOff();
  private readonly end = new AbortController();

  constructor(
    partition: TopicPartition,
    readonly epoch: bigint,
    private readonly around: FlowSurroundings,
  ) {
    this.topic = partition.topic;
    this.partition = partition.partition;
    this.unwatch = around.heads.watch(partition, () => this.run());
  }

  /** Where to begin; a seek that came before has decided already. */
  begin(offset: bigint): void {
    if (this.position === undefined) this.seek(offset);
  }

  seek(offset: bigint): void {
    this.position = offset;
    this.version += 1;
    this.run();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.run();
  }

  /** Nothing is delivered any more. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.unwatch();
    this.end.abort();
  }

  private run(): void {
    if (this.running || !this.hasWork()) return;
    this.running = this.deliver().finally(() => {
      this.running = undefined;
      // A wake between the end of the loop and this line found it running.
      this.run();
    });
  }

  private hasWork(): boolean {
    if (this.stopped || this.paused || this.position === undefined) return false;
    return this.position !== this.around.heads.endOf(this);
  }

  private async deliver(): Promise<void> {
    while (this.hasWork()) {
      try {
        await this.deliverOne();
        this.backOff.reset();
      } catch (error) {
        if (this.stopped) return;
        this.around.failed(error);
        await this.wait(this.backOff.next());
      }
    }
  }

  private async deliverOne(): Promise<void> {
    const { version, position } = this;
    if (position === undefined) return;
    const from = { topic: this.topic, partition: this.partition, offset: position };
    const batch = await this.around.reader.next(from, this.around.maxBytes);
    if (this.stopped || this.paused || version !== this.version) return;
    if (position < batch.logStart || position > batch.endOffset) return this.askWhereToGo(position, batch);
    if (batch.records.length === 0) return this.correctEnd();
    this.position = batch.nextOffset;
    this.around.heads.appended([{ ...from, offset: batch.endOffset - 1n }]);
    this.hand(batch);
    // Other partitions and the answers of the database get their turn between two batches.
    await nextTurn();
  }

  private hand({ logStart: _, ...batch }: ReadBatch): void {
    try {
      this.around.listener.records(batch satisfies FetchedBatch);
    } catch (error) {
      this.around.failed(error);
    }
  }

  private async askWhereToGo(position: bigint, { logStart, endOffset }: ReadBatch): Promise<void> {
    const { version, topic, partition } = this;
    const at = { topic, partition, offset: position, logStart, logEnd: endOffset };
    const answer = await this.around.inTurn([laneKey(this)], () => this.around.listener.outOfRange(at));
    if (this.stopped || version !== this.version) return;
    this.position = answer;
    if (answer >= logStart && answer <= endOffset) return;
    throw new OffsetOutOfRangeError(
      `Offset ${answer} of ${laneKey(this)} is outside of ${logStart} to ${endOffset}.`,
    );
  }

  /** The end we know of and the log's differ, and not because of records: ask again. */
  private async correctEnd(): Promise<void> {
    await this.around.heads.lookSoon();
    await nextTurn();
  }

  private async wait(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.end.signal }).catch(() => undefined);
  }
}
