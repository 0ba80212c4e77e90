import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Stop } from '@/infrastructure/concurrency/stop';
import { silent } from '@/testing/delivery/membership-fixture';
import { Outage } from './outage';

describe('Outage', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(1);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const away = new Error('away');

  async function lengthOf(pause: Promise<void>): Promise<number> {
    const begun = performance.now();
    let ended: number | undefined;
    void pause.then(() => {
      ended = performance.now();
    });
    while (ended === undefined) await vi.advanceTimersByTimeAsync(10);
    return Math.round((ended - begun) / 100) * 100;
  }

  it('is one pause for all that fail meanwhile', async () => {
    const outage = new Outage(new Stop(), silent);
    const first = outage.wait(away);
    expect(outage.wait(away)).toBe(first);
    await lengthOf(first);
    expect(outage.wait(away)).not.toBe(first);
  });

  it('grows longer while it lasts, up to five seconds, and begins anew after a quiet time', async () => {
    const outage = new Outage(new Stop(), silent);
    const lengths: number[] = [];
    for (let failure = 0; failure < 8; failure++) lengths.push(await lengthOf(outage.wait(away)));
    expect(lengths).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    await vi.advanceTimersByTimeAsync(10_100);
    expect(await lengthOf(outage.wait(away))).toBe(100);
  });

  it('ends with the stop', async () => {
    const stop = new Stop();
    const pause = new Outage(stop, silent).wait(away);
    stop.request();
    await pause;
    expect(vi.getTimerCount()).toBe(0);
  });
});
