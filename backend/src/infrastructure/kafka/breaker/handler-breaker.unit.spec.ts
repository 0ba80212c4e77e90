import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { breakerOptions } from '@/infrastructure/kafka/delivery/delivery.options';
import { CircuitOpenError, DependencyError } from './breaker.errors';
import { DependencyBreaker } from './dependency-breaker';
import { isHeldByBreaker } from './dependency-failures';
import { HandlerBreaker } from './handler-breaker';

class StockServiceError extends Error {}

const breaker = () =>
  new HandlerBreaker(
    'shop.stock/Reserve',
    breakerOptions.parse({
      failures: 2,
      openMs: 100,
      longestOpenMs: 1_000,
      dependencyErrors: [StockServiceError, 'ECONNREFUSED'],
    }),
  );
const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

describe("a handler's breaker", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['a dependency error', new DependencyError('stock')],
    ['a class that was named', new StockServiceError('gone')],
    ['a code that was named', refused],
    [
      'one of them as a cause',
      new Error('no stock', { cause: new TypeError('fetch failed', { cause: refused }) }),
    ],
    ['a call that was held back', new Error('no stock', { cause: new CircuitOpenError('stock') })],
  ])('counts %s', async (_, error) => {
    const handler = breaker();
    expect(handler.failed(error, 'run')).toEqual({ classed: 'dependency' });
    expect(handler.failed(error, 'run')).toEqual({ classed: 'dependency' });
    await vi.advanceTimersByTimeAsync(0);
    expect(handler.admit()).toBe('hold');
  });

  it.each([
    ['a bug', new TypeError('x is undefined')],
    ['nothing', undefined],
    ['a text', 'ECONNREFUSED'],
  ])('does not count %s', async (_, error) => {
    const handler = breaker();
    for (let run = 0; run < 10; run++) expect(handler.failed(error, 'run')).toEqual({ classed: 'own' });
    await vi.advanceTimersByTimeAsync(0);
    expect(handler.admit()).toBe('run');
  });

  it('neither counts a bug between two failures nor forgets the first for it', async () => {
    const handler = breaker();
    handler.failed(refused, 'run');
    handler.failed(new TypeError('x is undefined'), 'run');
    handler.failed(refused, 'run');
    await vi.advanceTimersByTimeAsync(0);
    expect(handler.state).toBe('open');
  });

  it('takes a bug of the probe for an answer of the dependency', async () => {
    const handler = breaker();
    handler.failed(refused, 'run');
    handler.failed(refused, 'run');
    await vi.advanceTimersByTimeAsync(100);
    expect(handler.admit()).toBe('probe');
    expect(handler.failed(new TypeError('x is undefined'), 'probe')).toEqual({ classed: 'own' });
    await vi.advanceTimersByTimeAsync(0);
    expect(handler.state).toBe('closed');
  });

  it("knows what a dependency's breaker counted, whatever it is wrapped in; only what was held back is free", async () => {
    const handler = breaker();
    const timeout = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    const stock = new DependencyBreaker('stock', { failures: 1 });
    const thrown = await stock
      .execute(() => Promise.reject(timeout))
      .catch((cause: unknown) => new Error('no stock', { cause }));
    expect(handler.failed(thrown, 'run')).toEqual({ classed: 'dependency' });
    expect(isHeldByBreaker(thrown)).toBe(false);
    const held = await stock
      .execute(async () => 'not called')
      .catch((cause: unknown) => new Error('no stock', { cause }));
    expect(isHeldByBreaker(held)).toBe(true);
  });
});
