import { performance } from 'node:perf_hooks';
import type { Workload } from './workload.ts';

/** Sees every run of a handler: each event once, the events of a key in order and one at a time. */
export class Witness {
  readonly all: Promise<void>;
  firstAt = 0;
  lastAt = 0;
  private readonly workload: Workload;
  private readonly limit: number;
  private readonly next: Int32Array;
  private readonly running: Uint8Array;
  private finishedCount = 0;
  private readonly settle: { resolve: () => void; reject: (error: Error) => void };

  /** `limit`: the first events of the workload, where a side is too slow for all of them. */
  constructor(workload: Workload, limit = workload.count) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.all = promise;
    this.settle = { resolve, reject };
    this.workload = workload;
    this.limit = limit;
    this.next = new Int32Array(workload.keys);
    this.running = new Uint8Array(workload.keys);
    // Rejected before anyone waits: the side still ends with it.
    promise.catch(() => undefined);
  }

  get finished(): number {
    return this.finishedCount;
  }

  started(index: number): void {
    if (this.firstAt === 0) this.firstAt = performance.now();
    const key = this.workload.keyOf[index];
    const place = this.workload.placeOf[index];
    if (key === undefined || place === undefined) return this.fault(`event ${index} was never published`);
    if (this.running[key] === 1) return this.fault(`two events of key ${key} ran at once`);
    if (this.next[key] !== place) {
      const what = place < (this.next[key] as number) ? 'twice' : 'too early';
      return this.fault(`event ${place} of key ${key} ran ${what}; it was the turn of ${this.next[key]}`);
    }
    this.running[key] = 1;
  }

  ended(index: number): void {
    const key = this.workload.keyOf[index] as number;
    this.running[key] = 0;
    this.next[key] = (this.next[key] as number) + 1;
    this.finishedCount += 1;
    if (this.finishedCount === this.limit) {
      this.lastAt = performance.now();
      this.settle.resolve();
    }
  }

  private fault(message: string): void {
    this.settle.reject(new Error(`Fault of order or delivery: ${message}.`));
  }
}
