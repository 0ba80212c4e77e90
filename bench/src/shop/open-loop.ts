import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

export interface OpenLoopSettings {
  readonly perSecond: number;
  readonly warmUpMs: number;
  readonly measuredMs: number;
  /** After the last one was due. */
  readonly giveUpMs: number;
}

export interface OpenLoop {
  /** From the moment when a piece of work was due, in ms; for an unfinished one the time until it was given up. */
  readonly latencies: readonly number[];
  readonly unfinished: number;
}

const TICK_MS = 1;

/**
 * Work begins when it is due, whether or not earlier work has ended, and its time counts from then: who falls behind
 * pays for the waiting, too. `work` resolves with the time of its end.
 */
export async function openLoop(
  { perSecond, warmUpMs, measuredMs, giveUpMs }: OpenLoopSettings,
  work: () => Promise<number>,
): Promise<OpenLoop> {
  const count = Math.round(((warmUpMs + measuredMs) / 1_000) * perSecond);
  const warmUp = Math.round((warmUpMs / 1_000) * perSecond);
  const endedAt: (number | undefined)[] = Array.from({ length: count });
  const start = performance.now();
  const dueAt = (index: number): number => start + (index / perSecond) * 1_000;
  const failed = Promise.withResolvers<never>();
  const running: Promise<void>[] = [];
  const begin = (index: number) =>
    work().then((at) => {
      endedAt[index] = at;
    }, failed.reject);
  const begun = async () => {
    while (running.length < count) {
      while (running.length < count && dueAt(running.length) <= performance.now())
        running.push(begin(running.length));
      await delay(TICK_MS);
    }
  };
  await Promise.race([begun(), failed.promise]);
  const over = new AbortController();
  const givenUp = delay(giveUpMs, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([Promise.all(running), givenUp, failed.promise]);
  over.abort();
  const end = performance.now();
  const measured = endedAt.slice(warmUp);
  return {
    latencies: measured.map((at, place) => (at ?? end) - dueAt(warmUp + place)),
    unfinished: endedAt.filter((at) => at === undefined).length,
  };
}
