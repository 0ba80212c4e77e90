import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import { DependencyError } from '@/infrastructure/kafka/breaker/breaker.errors';
import { DatabaseUnavailableError } from '@/infrastructure/postgres/database.errors';
import { MemoryDeliveryStore } from '@/testing/delivery/memory-delivery-store';
import { handlerOf, recordOf } from '@/testing/delivery/membership-fixture';
import { OwnedPartition } from '@/testing/delivery/owned-partition';

type Run = (offset: bigint) => Promise<unknown> | unknown;

let store: MemoryDeliveryStore;

const retry = { attempts: 2, firstDelayMs: 10, longestDelayMs: 10, fatal: [] };

function handler(
  name: string,
  run: Run = () => undefined,
  options: Partial<HandlerRegistration['options']> = {},
): HandlerRegistration {
  const effect = async (_: unknown, { offset }: { offset: bigint }) => {
    await run(offset);
    store.effect({ handler: name, lane: '', offset });
  };
  return handlerOf(name, ['created'], effect, { options: { retry, ...options } });
}

const take = (...handlers: readonly HandlerRegistration[]) =>
  OwnedPartition.take(handlers, { parkedPerKey: 3 }, store);
const event = (offset: bigint, key = 'k') => recordOf(offset, key, 'created');

beforeEach(() => {
  vi.useFakeTimers();
  store = new MemoryDeliveryStore();
});
afterEach(() => void vi.useRealTimers());

describe('a lane', () => {
  it('parks a failing event and what follows it, while other keys flow, and then runs them in order', async () => {
    let away = true;
    const partition = await take(
      handler(
        'h',
        (offset) => {
          if (offset === 0n && away) throw new Error('away');
        },
        { retry: { ...retry, attempts: 1_000 } },
      ),
    );
    partition.read(event(0n), event(1n, 'other'), event(2n), event(3n));
    await partition.until(() => partition.worker.watermark === 4n);
    expect(partition.effects).toEqual(['h 1']);
    expect(partition.worker.parked).toBe(3);
    away = false;
    await partition.until(() => store.parking.rows.size === 0);
    expect(partition.effects).toEqual(['h 1', 'h 0', 'h 2', 'h 3']);
    expect(partition.worker.parked).toBe(0);
  });

  it('asks its partition to pause where too many of it are parked, and to go on when they are through', async () => {
    let away = true;
    const partition = await take(
      handler(
        'h',
        () => {
          if (away) throw new Error('away');
        },
        { retry: { ...retry, attempts: 1_000 } },
      ),
    );
    partition.read(event(0n), event(1n), event(2n));
    await partition.until(() => partition.pressures.length === 1);
    away = false;
    await partition.until(() => store.parking.rows.size === 0);
    expect(partition.pressures).toEqual([true, false]);
  });

  it('whose owner ends between a head and what was behind it is gone through by the next one', async () => {
    let fails = true;
    const h = handler(
      'h',
      (offset) => {
        if (fails && offset === 0n) throw new Error('fails');
      },
      { retry: { ...retry, attempts: 1_000 } },
    );
    const partition = await take(h);
    partition.read(event(0n), event(1n), event(2n));
    await partition.until(() => partition.worker.watermark === 3n);
    await partition.store.save([{ tenure: partition.tenure, watermark: 3n, segments: [], mirrored: null }]);
    fails = false;
    store.fault = (at) => {
      // The head is done; nothing of the lane is read any more.
      if (at === 'laneFrom') throw new DatabaseUnavailableError('away');
    };
    await partition.until(() => partition.effects.length === 1);
    store.fault = () => undefined;
    const next = await partition.next();
    await next.until(() => store.parking.rows.size === 0);
    expect(next.effects).toEqual(['h 0', 'h 1', 'h 2']);
  });

  it('goes on behind its head after the table could not be read for a while', async () => {
    let fails = true;
    let failures = 0;
    const partition = await take(
      handler(
        'h',
        (offset) => {
          if (fails && offset === 0n) throw new Error('fails');
        },
        { retry: { ...retry, attempts: 1_000 } },
      ),
    );
    partition.read(event(0n), event(1n));
    await partition.until(() => partition.worker.watermark === 2n);
    fails = false;
    store.fault = (at) => {
      if (at === 'laneFrom' && failures++ < 3) throw new DatabaseUnavailableError('away');
    };
    await partition.until(() => store.parking.rows.size === 0);
    expect(failures).toBeGreaterThan(3);
    expect(partition.effects).toEqual(['h 0', 'h 1']);
  });

  it('lets what comes while its parked events run wait for them', async () => {
    const slow = Promise.withResolvers<void>();
    let runs = 0;
    const first = () => {
      runs += 1;
      if (runs === 1) throw new Error('fails');
      return slow.promise;
    };
    const partition = await take(handler('h', (offset) => (offset === 0n ? first() : undefined)));
    partition.read(event(0n), event(1n), event(2n));
    await partition.until(() => runs === 2);
    partition.read(event(3n), event(4n));
    slow.resolve();
    await partition.until(() => partition.effects.length === 5);
    expect(partition.effects).toEqual(['h 0', 'h 1', 'h 2', 'h 3', 'h 4']);
  });

  it('still waits for a person when an older event that was sent back has run', async () => {
    const fails = new Set([5n, 7n]);
    const partition = await take(
      handler('flows', (offset) => {
        if (offset === 5n && fails.has(5n)) throw new Error('fails');
      }),
      handler(
        'waits',
        (offset) => {
          if (offset === 7n && fails.has(7n)) throw new Error('fails');
        },
        { onDead: 'wait' },
      ),
    );
    partition.read(event(5n), event(7n));
    await partition.until(() => partition.row(7n)?.state === 'dead');
    fails.delete(5n);
    const row = {
      ...partition.row(7n),
      tenure: partition.tenure,
      record: event(5n),
      lane: 'kk',
      pending: ['flows'],
      handler: 'flows',
      attempts: 0,
      editedValue: null,
    };
    store.parking.put({ ...row, state: 'waiting', dueAt: performance.now() });
    await partition.until(() => partition.effects.includes('flows 5'));
    await partition.until(() => partition.row(5n) === undefined);
    await vi.advanceTimersByTimeAsync(1_000);
    partition.read(event(8n));
    await partition.until(() => partition.worker.watermark === 9n);
    expect(partition.row(8n)?.state).toBe('behind');
    expect(partition.effects).not.toContain('flows 8');
  });

  it('of a run that never ends is parked behind it, other keys flow, and it goes on when the run has ended', async () => {
    const hanging = Promise.withResolvers<void>();
    const partition = await take(
      handler('h', (offset) => (offset === 0n ? hanging.promise : undefined), {
        effects: 'external',
        timeoutMs: 100,
        retry: { ...retry, attempts: 1 },
      }),
    );
    partition.read(event(0n), event(1n), event(2n, 'other'));
    await partition.until(() => partition.worker.watermark === 3n);
    expect(store.letters.map(({ letter }) => letter.record.offset)).toEqual([0n]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(partition.effects).toEqual(['h 2']);
    hanging.resolve();
    await partition.until(() => store.parking.rows.size === 0);
    expect(partition.effects).toEqual(['h 2', 'h 0', 'h 1']);
  });

  it('keeps a parked event for handlers that another version of the service has', async () => {
    let fails = true;
    const stock = handler(
      'stock',
      () => {
        if (fails) throw new Error('fails');
      },
      { retry: { ...retry, attempts: 1_000 } },
    );
    const partition = await take(stock, handler('later'));
    partition.read(event(0n));
    await partition.until(() => partition.row(0n)?.state === 'waiting');
    expect(partition.row(0n)?.pending).toEqual(['stock', 'later']);
    const older = await partition.next([stock]);
    fails = false;
    await older.until(() => store.letters.length === 1);
    expect(older.effects).toEqual(['stock 0']);
    expect(store.letters[0]?.letter).toMatchObject({ handler: '*', cause: { code: 'HANDLER_UNREGISTERED' } });
  });

  it('does not run a second time what was dead when the last owner ended', async () => {
    let fails = true;
    const run = vi.fn((offset: bigint) => {
      if (fails && offset === 0n) throw new Error('fails');
    });
    const partition = await take(handler('stock', run), handler('mail'));
    partition.read(event(0n), event(1n));
    await partition.until(() => partition.worker.watermark === 2n && store.parking.rows.size === 0);
    expect(store.letters).toHaveLength(1);
    fails = false;
    run.mockClear();
    const next = await partition.next();
    expect(next.worker.watermark).toBe(0n);
    next.read(event(0n), event(1n));
    await next.until(() => next.worker.watermark === 2n);
    expect(run).not.toHaveBeenCalled();
    const segments = next.worker.takeSegments();
    expect(segments.map(({ handler: name, codes, runs }) => [name, codes, runs])).toEqual([
      ['stock', [0], [2n]],
      ['mail', [0], [2n]],
    ]);
  });

  it('holds its subscription while a dependency is away, and costs no attempt', async () => {
    let away = true;
    const partition = await take(
      handler(
        'h',
        () => {
          if (away) throw new DependencyError('stock');
        },
        { effects: 'external', retry: { ...retry, attempts: 1_000 } },
      ),
    );
    partition.read(...Array.from({ length: 30 }, (_, nth) => event(BigInt(nth), `k${nth}`)));
    await vi.advanceTimersByTimeAsync(20_000);
    const parked = store.parking.rows.size;
    away = false;
    await partition.until(() => partition.effects.length === 30);
    expect(parked).toBeGreaterThanOrEqual(5);
    expect(store.letters).toEqual([]);
    expect(store.parking.rows.size).toBe(0);
  });
});

describe('an event with effects outside SQL', () => {
  it('has none of them twice where a later handler of it is held for a while', async () => {
    let away = true;
    const once = vi.fn();
    const late = { retry: { ...retry, attempts: 1_000 }, effects: 'external' } as const;
    const calls = () => {
      if (away) throw new DependencyError('stock');
    };
    const partition = await take(
      handler('first', once, { effects: 'external' }),
      handler('second', calls, late),
    );
    const events = Array.from({ length: 20 }, (_, nth) => event(BigInt(nth), `k${nth}`));
    // These open the breaker, and those find it open.
    partition.read(...events.slice(0, 5));
    await vi.advanceTimersByTimeAsync(5);
    partition.read(...events.slice(5));
    await vi.advanceTimersByTimeAsync(20_000);
    const parked = store.parking.rows.size;
    away = false;
    await partition.until(() => partition.effects.length === 40);
    expect(parked).toBeLessThan(20);
    expect(once).toHaveBeenCalledTimes(20);
  });
});

describe('an event that fails', () => {
  it('is parked only when what its key did before outside SQL is remembered', async () => {
    const order: string[] = [];
    store.fault = (at) => {
      if (at === 'remember' && order.length < 3) {
        order.push('away');
        throw new DatabaseUnavailableError('away');
      }
      if (['remember', 'park'].includes(at)) order.push(at);
    };
    const fails = (offset: bigint) => {
      if (offset === 1n) throw new Error('fails');
    };
    const partition = await take(handler('h', fails, { effects: 'external' }));
    partition.read(event(0n), event(1n));
    await partition.until(() => partition.worker.watermark === 2n);
    expect(order.slice(0, 5)).toEqual(['away', 'away', 'away', 'remember', 'park']);
  });
});

describe('the end of a membership', () => {
  it('waits for the runs under way, however often it is asked, and begins nothing more', async () => {
    const slow = Promise.withResolvers<void>();
    const partition = await take(handler('h', (offset) => (offset === 0n ? slow.promise : undefined)));
    partition.read(event(0n), event(1n));
    await vi.advanceTimersByTimeAsync(10);
    const { tenure, membership } = partition;
    let ended = 0;
    for (const ending of [membership.end(), membership.remove(tenure), membership.end()])
      void ending.then(() => (ended += 1));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended).toBeLessThan(3);
    slow.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ended).toBe(3);
    expect(partition.effects.filter((effect) => effect === 'h 0')).toHaveLength(1);
    expect(membership.parked).toBe(0);
  });
});
