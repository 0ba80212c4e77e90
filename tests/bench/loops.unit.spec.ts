import { describe, expect, it } from 'vitest';
import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from '../../bench/src/shop/closed-loop.ts';
import { openLoop } from '../../bench/src/shop/open-loop.ts';

const busyUntil = (end: number): void => {
  while (performance.now() < end);
};

describe('open loop', () => {
  const load = { perSecond: 1_000, warmUpMs: 0, measuredMs: 20, giveUpMs: 1_000 };

  it('counts the time from when work was due, also where it could not begin then', async () => {
    let begun = 0;
    const { latencies, unfinished } = await openLoop(load, async () => {
      begun += 1;
      if (begun === 1) busyUntil(performance.now() + 60);
      return performance.now();
    });
    expect(unfinished).toBe(0);
    expect(latencies).toHaveLength(20);
    // Each was due at its millisecond and began only after the first one had let go.
    for (const [index, latency] of latencies.entries()) expect(latency).toBeGreaterThanOrEqual(59 - index);
  });

  it('begins work while earlier work has not ended, and leaves the warm-up out', async () => {
    let begun = 0;
    const all = Promise.withResolvers<void>();
    const { latencies } = await openLoop({ ...load, warmUpMs: 5 }, async () => {
      begun += 1;
      if (begun === 25) all.resolve();
      await all.promise;
      return performance.now();
    });
    expect(begun).toBe(25);
    expect(latencies).toHaveLength(20);
  });

  it('counts what is unfinished with the time until it was given up', async () => {
    const { latencies, unfinished } = await openLoop({ ...load, giveUpMs: 30 }, () => new Promise(() => {}));
    expect(unfinished).toBe(20);
    expect(Math.min(...latencies)).toBeGreaterThanOrEqual(29);
  });

  it('ends with the first failure', async () => {
    const failing = openLoop(load, async () => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
  });
});

describe('closed loop', () => {
  const load = { concurrency: 4, warmUpMs: 20, measuredMs: 60 };
  const nothing = async () => undefined;

  it('has so many under way at any time, and counts what ended between the two looks', async () => {
    let running = 0;
    let most = 0;
    let finished = 0;
    const loop = await closedLoop(
      load,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await delay(1);
        running -= 1;
        finished += 1;
      },
      async () => finished,
    );
    expect(most).toBe(4);
    expect(running).toBe(0);
    expect(loop.before).toBeGreaterThan(0);
    expect(loop.finished).toBeGreaterThan(0);
    expect(loop.after - loop.before).toBe(loop.finished);
    expect(loop.ms).toBeGreaterThanOrEqual(59);
  });

  it('ends with the first failure', async () => {
    const failing = closedLoop(
      load,
      async () => {
        throw new Error('refused');
      },
      nothing,
    );
    await expect(failing).rejects.toThrow('refused');
  });
});
