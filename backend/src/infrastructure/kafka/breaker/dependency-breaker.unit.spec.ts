import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CircuitOpenError } from './breaker.errors';
import { DependencyBreaker } from './dependency-breaker';

const OPTIONS = { failures: 2, openMs: 100, longestOpenMs: 1_000 };
const answering = (status: number) => Object.assign(new Error(`HTTP ${status}`), { status });
const system = (code: string) => Object.assign(new Error(code), { code });

const fail = (breaker: DependencyBreaker, error: unknown) =>
  expect(breaker.execute(() => Promise.reject(error))).rejects.toBe(error);

describe("a dependency's breaker", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['a server error', answering(503)],
    ['too many requests', answering(429)],
    ['nobody there', system('ECONNREFUSED')],
    ['a time-out of fetch', new DOMException('timed out', 'TimeoutError')],
    ['nobody there, as fetch tells it', new TypeError('fetch failed', { cause: system('ECONNREFUSED') })],
  ])('opens by %s, and then does not call', async (_, error) => {
    const breaker = new DependencyBreaker('stock', OPTIONS);
    await fail(breaker, error);
    await fail(breaker, error);
    const call = vi.fn(async () => 'answer');
    await expect(breaker.execute(call)).rejects.toThrow(CircuitOpenError);
    expect(call).not.toHaveBeenCalled();
  });

  it.each([
    ['a decline', answering(402)],
    ['a bad request', answering(400)],
    ['a bug', new TypeError('x is undefined')],
  ])('stays closed by %s, which is an answer', async (_, error) => {
    const breaker = new DependencyBreaker('stock', OPTIONS);
    for (let call = 0; call < 10; call++) await fail(breaker, error);
    await fail(breaker, answering(500));
    await fail(breaker, error);
    await fail(breaker, answering(500));
    await expect(breaker.execute(async () => 'answer')).resolves.toBe('answer');
  });

  it('lets one call through after its time; the others are refused, not made to wait', async () => {
    const breaker = new DependencyBreaker('stock', OPTIONS);
    await fail(breaker, answering(500));
    await fail(breaker, answering(500));
    await vi.advanceTimersByTimeAsync(100);
    const { promise, resolve } = Promise.withResolvers<string>();
    const probe = breaker.execute(() => promise);
    await expect(breaker.execute(async () => 'answer')).rejects.toThrow(CircuitOpenError);
    resolve('back');
    await expect(probe).resolves.toBe('back');
    await vi.advanceTimersByTimeAsync(0);
    await expect(breaker.execute(async () => 'answer')).resolves.toBe('answer');
  });

  it('settles a call that throws before it has a promise', async () => {
    const breaker = new DependencyBreaker('stock', OPTIONS);
    const thrown = breaker.execute(() => {
      throw answering(500);
    });
    await expect(thrown).rejects.toThrow('HTTP 500');
    await fail(breaker, answering(500));
    await expect(breaker.execute(async () => 'answer')).rejects.toThrow(CircuitOpenError);
  });

  it('refuses options that cannot be meant, all at once and under its name', () => {
    const wrong = { failures: 0, openMs: 1, often: true };
    expect(() => new DependencyBreaker('stock', wrong)).toThrow(
      expect.objectContaining({
        code: 'INVALID_CONFIGURATION',
        message: expect.stringMatching(/3 fault[^]*stock\.failures:[^]*stock\.openMs:[^]*often/),
      }),
    );
    expect(() => new DependencyBreaker('stock', { openMs: 2_000, longestOpenMs: 1_000 })).toThrow(
      'stock.longestOpenMs: must not be less than openMs',
    );
  });
});
