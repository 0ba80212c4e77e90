import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Stop } from '@/infrastructure/concurrency/stop';
import { DatabaseUnavailableError } from '@/infrastructure/postgres/database.errors';
import { MemoryDeliveryStore } from '@/testing/delivery/memory-delivery-store';
import { silent, TOPIC } from '@/testing/delivery/membership-fixture';
import { parkOf, runOf } from '@/testing/delivery/requests';
import { FencedError } from '../delivery.errors';
import type { Tenure } from '../delivery-store.port';
import { OutcomeWriter } from './outcome-writer';

let store: MemoryDeliveryStore;
let stop: Stop;
let writer: OutcomeWriter;
let tenures: readonly Tenure[];

beforeEach(async () => {
  vi.useFakeTimers();
  store = new MemoryDeliveryStore();
  stop = new Stop();
  writer = new OutcomeWriter(store, stop, silent);
  const taken = await store.acquire(
    'g',
    [0, 1].map((partition) => ({ topic: TOPIC, partition })),
  );
  tenures = taken.map(({ tenure }) => tenure);
});
afterEach(() => void vi.useRealTimers());

const own = (): Tenure => tenures[0] as Tenure;

async function settled<T>(promises: readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const all = Promise.allSettled(promises);
  await vi.advanceTimersByTimeAsync(60_000);
  return all;
}

describe('OutcomeWriter', () => {
  it('puts many small writes together', async () => {
    let writes = 0;
    store.fault = () => {
      writes += 1;
    };
    const parked = Array.from({ length: 100 }, (_, nth) =>
      writer.park(parkOf(own(), BigInt(nth), { key: `k${nth}`, attempts: 1 })),
    );
    await settled(parked);
    expect(store.parking.rows.size).toBe(100);
    expect(writes).toBe(1);
  });

  it('waits while the database is away, and drops nothing', async () => {
    let failures = 0;
    store.fault = () => {
      if (failures++ < 5) throw new DatabaseUnavailableError('away');
    };
    const done = await settled([1n, 2n].map((offset) => writer.remember(runOf(own(), offset))));
    expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(store.inbox.size).toBe(2);
  });

  it('tries an effect that has happened again, whatever the write of its row is refused with', async () => {
    let refused = 0;
    store.fault = (at) => {
      if (at === 'remember' && refused++ < 5) throw new Error('no space left on device');
    };
    const done = await settled([1n, 2n].map((offset) => writer.remember(runOf(own(), offset))));
    expect(refused).toBeGreaterThan(5);
    expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(store.inbox.size).toBe(2);
  });

  it('refuses the writes of one partition that has a new owner, and no others beside them', async () => {
    await store.acquire('g', [{ topic: TOPIC, partition: 1 }]);
    const [mine, lost] = tenures as readonly [Tenure, Tenure];
    const runs = [runOf(mine, 1n), runOf(lost, 2n), runOf(mine, 3n)];
    const done = await settled(runs.map((run) => writer.remember(run)));
    expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(done[1]).toMatchObject({ reason: expect.any(FencedError) });
    const known = await settled(runs.map((run) => writer.seen(run)));
    expect(known.map((one) => (one.status === 'fulfilled' ? one.value : one.status))).toEqual([
      ['again'],
      'rejected',
      ['again'],
    ]);
  });

  it('keeps what it parks in the order of the calls', async () => {
    const order: bigint[] = [];
    const { park } = store.parking;
    store.parking.park = (requests) => {
      order.push(...requests.map(({ record }) => record.offset));
      return park.call(store.parking, requests);
    };
    const offsets = Array.from({ length: 1_200 }, (_, nth) => BigInt(nth));
    await settled(offsets.map((offset) => writer.park(parkOf(own(), offset))));
    expect(order).toEqual(offsets);
  });

  it('waits no longer when it is told to stop', async () => {
    store.fault = () => {
      throw new DatabaseUnavailableError('away');
    };
    const writing = Promise.allSettled([writer.remember(runOf(own(), 1n))]);
    await vi.advanceTimersByTimeAsync(1_000);
    stop.request();
    await vi.advanceTimersByTimeAsync(0);
    expect(await writing).toMatchObject([{ status: 'rejected', reason: { code: 'DATABASE_UNAVAILABLE' } }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
