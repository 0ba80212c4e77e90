import { LogUnavailableError, TransportClosedError } from '../transport.errors';
import type { OutgoingRecord, Position } from '../transport.port';
import type { PlacedRecord } from './placed-record';

export interface AppenderDoors {
  /** Partition and size of each record; throws for a record the log would not take. */
  place(records: readonly OutgoingRecord[]): readonly PlacedRecord[];
  /** Called before `place` where it does not know all topics; undefined where there is nothing to wait for. */
  learn(records: readonly OutgoingRecord[]): Promise<void> | undefined;
  write(records: readonly PlacedRecord[]): Promise<readonly Position[]>;
}

interface Call {
  readonly source: readonly OutgoingRecord[];
  records: readonly PlacedRecord[] | undefined;
  readonly positions: Position[];
  /** How many of the records are written. */
  written: number;
  resolve(positions: readonly Position[]): void;
  reject(error: unknown): void;
}

interface Slice {
  readonly call: Call;
  readonly records: readonly PlacedRecord[];
}

export const MOST_RECORDS = 1_000;
const MOST_BYTES = 8 * 1024 * 1024;
/** Beyond this, waiting would only use memory: the caller learns at once that the log is behind. */
const MOST_WAITING_BYTES = 128 * 1024 * 1024;

/**
 * One batch at a time. What arrives while the log is idle goes at once; what arrives while a batch is under way
 * goes together in the next. Records of one call stay in order and never overtake each other, also after a fault.
 */
export class Appender {
  private readonly waiting: Call[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly doors: AppenderDoors) {}

  append(source: readonly OutgoingRecord[]): Promise<readonly Position[]> {
    if (this.closed) return Promise.reject(new TransportClosedError('The transport is closed.'));
    if (source.length === 0) return Promise.resolve([]);
    const bytes = bytesOf(source);
    if (this.waitingBytes > 0 && this.waitingBytes + bytes > MOST_WAITING_BYTES) {
      return Promise.reject(
        new LogUnavailableError(`${this.waitingBytes} bytes wait to be appended already.`),
      );
    }
    this.waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.waiting.push({ source, records: undefined, positions: [], written: 0, resolve, reject });
      // A turn later, so that calls made side by side share the batch.
      this.running ??= Promise.resolve().then(() => this.drain());
    });
  }

  /** Takes no more calls and waits for those under way. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      try {
        await this.placeWaiting();
      } catch (error) {
        this.rejectAll(error);
      }
      const batch = this.nextBatch();
      if (batch.length > 0) await this.send(batch);
    }
    this.running = undefined;
  }

  private async placeWaiting(): Promise<void> {
    const fresh = this.waiting.filter(({ records }) => records === undefined);
    const learning = this.doors.learn(fresh.flatMap(({ source }) => source));
    if (learning) await learning;
    for (const call of fresh) {
      try {
        call.records = this.doors.place(call.source);
      } catch (error) {
        this.settle(call, () => call.reject(error));
      }
    }
  }

  private nextBatch(): Slice[] {
    const slices: Slice[] = [];
    let room = MOST_RECORDS;
    let bytes = 0;
    for (const call of this.waiting) {
      if (call.records === undefined) break;
      let end = call.written;
      while (end < call.records.length && room > 0 && bytes < MOST_BYTES) {
        bytes += call.records[end]?.size ?? 0;
        end += 1;
        room -= 1;
      }
      if (end > call.written) slices.push({ call, records: call.records.slice(call.written, end) });
      if (end < call.records.length) break;
    }
    return slices;
  }

  private async send(slices: readonly Slice[]): Promise<void> {
    try {
      const positions = await this.doors.write(slices.flatMap(({ records }) => records));
      let from = 0;
      for (const { call, records } of slices) {
        call.positions.push(...positions.slice(from, from + records.length));
        call.written += records.length;
        from += records.length;
        if (call.written === call.source.length) this.settle(call, () => call.resolve(call.positions));
      }
    } catch (error) {
      await this.failed(slices, error);
    }
  }

  /** One call's fault is not its neighbours': they are written again alone, as nothing of the batch was. */
  private async failed(slices: readonly Slice[], error: unknown): Promise<void> {
    if (error instanceof LogUnavailableError) {
      // Whoever waits has waited as long already; a second wait would be over the promised time.
      this.rejectAll(error);
      return;
    }
    const [first] = slices;
    if (slices.length === 1 && first) {
      this.settle(first.call, () => first.call.reject(error));
      return;
    }
    for (const slice of slices) {
      if (this.waiting.includes(slice.call)) await this.send([slice]);
    }
  }

  private rejectAll(error: unknown): void {
    for (const call of [...this.waiting]) this.settle(call, () => call.reject(error));
  }

  private settle(call: Call, tell: () => void): void {
    this.waiting.splice(this.waiting.indexOf(call), 1);
    this.waitingBytes -= bytesOf(call.source);
    tell();
  }
}

function bytesOf(records: readonly OutgoingRecord[]): number {
  return records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
}
