import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HandlerTimeoutError } from '@/infrastructure/concurrency/time-out.errors';
import { OutsideCalls } from './outside-calls';

describe('calls outside of SQL', () => {
  let calls: OutsideCalls;
  beforeEach(() => {
    vi.useFakeTimers();
    calls = new OutsideCalls();
  });
  afterEach(() => void vi.useRealTimers());

  it('hold their lane while they go on after their time, and no other', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = calls.run('a', () => promise, 100).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    expect(await late).toBeInstanceOf(HandlerTimeoutError);
    await calls.ended('b', 100);
    const held = calls.ended('a', 100).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(100);
    expect(await held).toBeInstanceOf(HandlerTimeoutError);
    const free = calls.ended('a', 100);
    resolve();
    await free;
  });

  it('leave it free when they have ended, well or not', async () => {
    await calls.run('a', async () => undefined, 100);
    await calls.ended('a', 100);
    await expect(calls.run('a', () => Promise.reject(new TypeError('no')), 100)).rejects.toThrow('no');
    await calls.ended('a', 100);
  });
});
