import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fullJitter } from './back-off';
import { WakeUp } from './wake-up';

describe('WakeUp', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends a wait by time', async () => {
    const wait = new WakeUp().wait(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(wait).resolves.toBeUndefined();
  });

  it('ends a wait by a ring, and leaves no timer behind', async () => {
    const wakeUp = new WakeUp();
    const wait = wakeUp.wait(1_000);
    wakeUp.ring();
    await wait;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('remembers a ring that came while nobody waited, once', async () => {
    const wakeUp = new WakeUp();
    wakeUp.ring();
    wakeUp.ring();
    await wakeUp.wait(1_000);
    let ended = false;
    void wakeUp.wait(1_000).then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toBe(false);
  });
});

describe('full jitter', () => {
  const backOff = { firstMs: 100, longestMs: 30_000 };

  it('doubles the ceiling up to the longest delay', () => {
    const ceilings = [1, 2, 3, 10, 10_000].map((failures) => fullJitter(backOff, failures, 1));
    expect(ceilings).toEqual([100, 200, 400, 30_000, 30_000]);
  });

  it('spreads from zero', () => {
    expect(fullJitter(backOff, 5, 0)).toBe(0);
    expect(fullJitter(backOff, 1, 0.5)).toBe(50);
  });
});
