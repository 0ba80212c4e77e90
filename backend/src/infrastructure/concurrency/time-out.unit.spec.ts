import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTimeout } from './time-out';

describe('a time limit', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('passes on what comes in time, and leaves no timer', async () => {
    const { result, settled } = withTimeout(async () => 'done', 1_000);
    await expect(result).resolves.toBe('done');
    await settled;
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['a rejection', () => Promise.reject(new Error('broken'))],
    [
      'a throw',
      () => {
        throw new Error('broken');
      },
    ],
  ])('passes %s on', async (_, work) => {
    const { result, settled } = withTimeout(work, 1_000);
    await expect(result).rejects.toThrow('broken');
    await expect(settled).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects after the time, and settles when the work does', async () => {
    const { promise: work, resolve } = Promise.withResolvers<void>();
    const { result, settled } = withTimeout(() => work, 1_000);
    let ended = false;
    void settled.then(() => {
      ended = true;
    });
    const outcome = result.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await outcome).toMatchObject({ code: 'HANDLER_TIMED_OUT' });
    expect(ended).toBe(false);
    resolve();
    await settled;
    expect(ended).toBe(true);
  });

  it('observes a rejection that comes too late', async () => {
    const { promise: work, reject } = Promise.withResolvers<void>();
    const late = vi.fn();
    const { result, settled } = withTimeout(() => work, 1_000, late);
    const outcome = result.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await outcome).toMatchObject({ code: 'HANDLER_TIMED_OUT' });
    reject('too late');
    await settled;
    expect(late).toHaveBeenCalledExactlyOnceWith('too late');
  });
});
