import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../report/statistics.ts';

export interface ClosedLoopSettings {
  /** Under way at any time. */
  readonly concurrency: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

/** Called at both ends of the time that counts. */
export type Look<Seen> = () => Promise<Seen>;

export interface Loop<Seen> {
  readonly finished: number;
  readonly ms: number;
  /** From the beginning of one to its end, of those that ended in the time that counts. */
  readonly p50Ms: number;
  readonly before: Seen;
  readonly after: Seen;
}

/** So many at a time, each followed by the next one. What is under way at the end is waited for, but not counted. */
export async function closedLoop<Seen>(
  { concurrency, warmUpMs, measuredMs }: ClosedLoopSettings,
  work: () => Promise<unknown>,
  look: Look<Seen>,
): Promise<Loop<Seen>> {
  let ended = false;
  let durations: number[] | undefined;
  const worker = async () => {
    while (!ended) {
      const start = performance.now();
      await work();
      durations?.push(performance.now() - start);
    }
  };
  const workers = Promise.all(Array.from({ length: concurrency }, worker)).catch((error: unknown) => {
    ended = true;
    throw error;
  });
  const measured = async () => {
    await delay(warmUpMs);
    const before = await look();
    const counted: number[] = [];
    durations = counted;
    const start = performance.now();
    await delay(measuredMs);
    durations = undefined;
    const ms = performance.now() - start;
    const after = await look();
    ended = true;
    return { finished: counted.length, ms, p50Ms: percentile(counted, 0.5), before, after };
  };
  const [loop] = await Promise.all([measured(), workers]);
  return loop;
}
