import type { FetchedBatch, LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { Tenure } from './delivery-store.port';
import { type RecordProcessor, Stop } from './record-processor';

export interface PartitionWorkerOptions {
  readonly tenure: Tenure;
  readonly from: bigint;
  readonly processor: RecordProcessor;
  /** More records wait here than the limit, or no longer. */
  readonly onPressure: (full: boolean) => void;
  readonly onProgress: () => void;
  readonly limitBytes: number;
}

interface Waiting {
  readonly record: LogRecord;
  readonly bytes: number;
}

/**
 * One tenure of a partition: records in offset order, one at a time. Offsets that come again (a rejoin, a seek) while
 * they wait or run are known by their number and left out.
 */
export class PartitionWorker {
  readonly tenure: Tenure;
  private readonly queue: Waiting[] = [];
  private readonly stop = new Stop();
  private received: bigint;
  private done: bigint;
  private bytes = 0;
  private full = false;
  private running: Promise<void> | undefined;

  constructor(private readonly options: PartitionWorkerOptions) {
    this.tenure = options.tenure;
    this.received = options.from;
    this.done = options.from;
  }

  /** Everything below has an outcome. */
  get watermark(): bigint {
    return this.done;
  }

  /** More waits than the limit; no fetch is worth its bytes now. */
  get isFull(): boolean {
    return this.full;
  }

  accept(batch: FetchedBatch): void {
    if (this.stop.requested) return;
    for (const record of batch.records) {
      if (record.offset < this.received) continue;
      const bytes = sizeOf(record);
      this.queue.push({ record, bytes });
      this.bytes += bytes;
      this.received = record.offset + 1n;
    }
    if (batch.nextOffset > this.received) this.received = batch.nextOffset;
    this.setFull(this.bytes > this.options.limitBytes);
    this.run();
  }

  /** The log has no such position and goes on from here: further on, or further back where it has lost its end. */
  continueFrom(offset: bigint): void {
    this.received = offset;
    this.run();
  }

  /** Nothing new is begun. Resolves when the run under way has ended, however it ends. */
  async abandon(): Promise<void> {
    this.stop.request();
    this.queue.length = 0;
    await this.running;
  }

  private run(): void {
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
      // Records may have come between the end of the drain and this turn.
      if (this.queue.length > 0 && !this.stop.requested) this.run();
    });
  }

  private async drain(): Promise<void> {
    for (;;) {
      const next = this.queue[0];
      if (!next) {
        this.advance(this.received);
        return;
      }
      const ended = await this.options.processor.process(next.record, this.tenure, this.stop);
      if (!ended) {
        // Stopped, or fenced by a new owner: nothing of this tenure can succeed any more.
        this.stop.request();
        this.queue.length = 0;
        return;
      }
      if (this.stop.requested) return this.advance(next.record.offset + 1n);
      this.queue.shift();
      this.bytes -= next.bytes;
      this.advance(next.record.offset + 1n);
      this.setFull(this.full && this.bytes > this.options.limitBytes / 2);
    }
  }

  private advance(offset: bigint): void {
    if (offset <= this.done) return;
    this.done = offset;
    this.options.onProgress();
  }

  private setFull(full: boolean): void {
    if (full === this.full) return;
    this.full = full;
    this.options.onPressure(full);
  }
}

const OVERHEAD_BYTES = 256;

function sizeOf(record: LogRecord): number {
  let bytes = OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers) bytes += name.length + (value?.length ?? 0);
  return bytes;
}
