import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { breakerOptions } from '@/infrastructure/kafka/delivery/delivery.options';
import { Metrics } from '@/infrastructure/observability/metrics';
import { DependencyError } from './breaker.errors';
import { Breakers } from './breakers';

const metrics = new Metrics();
const options = breakerOptions.parse({ failures: 1, openMs: 100 });
let breakers: Breakers;

const gauge = async () =>
  Object.fromEntries(
    (await metrics.circuitOpen.get()).values.map(({ labels, value }) => [labels.name, value]),
  );

describe('the breakers of a process', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
    metrics.circuitOpen.reset();
    breakers = new Breakers(metrics);
  });
  afterEach(() => void vi.useRealTimers());

  it('are one for all callers of a dependency', () => {
    expect(breakers.of('stock')).toBe(breakers.of('stock'));
  });

  it('show their states, why and since when, also as a metric', async () => {
    const handler = breakers.handler('shop.stock/Reserve', options);
    breakers.of('stock');
    await vi.advanceTimersByTimeAsync(1_000);
    handler.failed(new DependencyError('stock'), 'run');
    await vi.advanceTimersByTimeAsync(0);
    expect(breakers.reports()).toEqual([
      {
        name: 'shop.stock/Reserve',
        kind: 'handler',
        state: 'open',
        failures: 0,
        since: '2026-01-01T00:00:01.000Z',
        lastFailure: {
          code: 'DEPENDENCY_UNAVAILABLE',
          name: 'DependencyError',
          message: 'stock does not answer.',
        },
      },
      { name: 'stock', kind: 'dependency', state: 'closed', failures: 0, since: '2026-01-01T00:00:00.000Z' },
    ]);
    expect(await gauge()).toEqual({ 'shop.stock/Reserve': 1, stock: 0 });
    await vi.advanceTimersByTimeAsync(100);
    expect(breakers.reports()[0]).toMatchObject({ state: 'half-open', since: '2026-01-01T00:00:01.100Z' });
    handler.admit();
    handler.succeeded('probe');
    await vi.advanceTimersByTimeAsync(0);
    expect(await gauge()).toEqual({ 'shop.stock/Reserve': 0, stock: 0 });
  });

  it('forget one that is removed, and no other of its name', async () => {
    const before = breakers.handler('shop.stock/Reserve', options);
    const after = breakers.handler('shop.stock/Reserve', options);
    breakers.remove(before);
    expect(breakers.reports()).toHaveLength(1);
    breakers.remove(after);
    expect(breakers.reports()).toEqual([]);
    expect(await gauge()).toEqual({});
  });
});
