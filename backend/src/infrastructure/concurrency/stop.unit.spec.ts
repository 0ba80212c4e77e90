import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Stop } from './stop';

describe('Stop', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('lets a wait end by time', async () => {
    const stop = new Stop();
    const wait = stop.wait(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    await expect(wait).resolves.toBeUndefined();
    expect(stop.requested).toBe(false);
  });

  it('ends every wait at once, and leaves no timer behind', async () => {
    const stop = new Stop();
    const waits = [stop.wait(1_000), stop.wait(2_000), stop.reached];
    stop.request();
    await Promise.all(waits);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets nobody wait afterwards, and may be requested again', async () => {
    const stop = new Stop();
    stop.request();
    stop.request();
    await stop.wait(1_000);
    await stop.reached;
    expect(vi.getTimerCount()).toBe(0);
  });
});
