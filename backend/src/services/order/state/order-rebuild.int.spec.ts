import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProjectionRebuild } from '@/infrastructure/event-store/projection-rebuild';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type ServiceState, serviceState } from '@/testing/service-state';
import type { Order } from '../domain/order';
import type { OrderStatus } from '../domain/order-status';
import { orderProjection } from './order-projection';
import { orderMigrations } from './order.migrations';
import { OrderStore } from './order-store';

const WAY: readonly OrderStatus[] = ['validated', 'paid', 'reserved', 'shipped', 'completed'];

describe('a rebuild of the order tables', () => {
  let state: ServiceState;
  let orders: OrderStore;

  beforeAll(async () => {
    state = await serviceState('order', orderMigrations);
    orders = new OrderStore(state.unitOfWork);
  });
  afterAll(() => state.close());

  const order = (): Order => ({
    orderId: randomUUID(),
    userId: 'user-1',
    items: [{ productId: 'lamp', quantity: 2, price: 0.1 + 0.2 }],
    totals: { subtotal: 25, tax: 4.75, shipping: 0, total: 29.75 },
    createdAt: new Date().toISOString(),
    paymentMethod: 'pm_card_visa',
  });
  const place = async (): Promise<string> => {
    const placed = order();
    await state.unitOfWork.run(() => orders.insert(placed, 'api'));
    return placed.orderId;
  };
  const move = (orderId: string, to: OrderStatus) =>
    state.unitOfWork.run(() => orders.move(orderId, { to, by: 'spec' }));
  const rebuild = async (run: { exchange: boolean }, pageSize = 7) => {
    const { database, url } = state;
    const rebuild = await ProjectionRebuild.begin({ database, url, projection: orderProjection, pageSize });
    return rebuild.run(run).finally(() => rebuild.release());
  };
  const counts = () =>
    state.database.row<{ orders: number; history: number; events: number }>(sql`
      select (select count(*)::int from orders) as orders, (select count(*)::int from order_history) as history,
        (select count(*)::int from stream_events) as events`);

  beforeEach(async () => {
    for (let count = 0; count < 20; count += 1) {
      const orderId = await place();
      for (const to of WAY.slice(0, count % 6)) await move(orderId, to);
    }
  });

  const equal = (hashes: Readonly<Record<string, { live: string | null; rebuilt: string }>>) =>
    Object.fromEntries(Object.entries(hashes).map(([name, { live, rebuilt }]) => [name, live === rebuilt]));

  it('finds the live tables to be what the streams say, and leaves them', async () => {
    const { hashes, events } = await rebuild({ exchange: false });
    expect(events).toBe((await counts())?.events);
    expect(equal(hashes)).toEqual({ orders: true, order_history: true });
  });

  it('tells of a row that is not what its stream says, and mends it', async () => {
    const orderId = await place();
    await state.database.run(sql`update orders set status = 'completed' where order_id = ${orderId}`);
    const found = await rebuild({ exchange: true });
    expect(equal(found.hashes)).toEqual({ orders: false, order_history: true });
    const mended = await rebuild({ exchange: false });
    expect(equal(mended.hashes)).toEqual({ orders: true, order_history: true });
  });

  it('makes dropped tables anew while orders come in, and loses none', async () => {
    await state.database.run(sql`drop table orders`);
    await state.database.run(sql`drop table order_history`);
    const early = await place();
    await move(early, 'validated');
    let going = true;
    const placed: string[] = [];
    const buyers = Array.from({ length: 3 }, async () => {
      while (going) {
        const orderId = await place();
        for (const to of WAY) await move(orderId, to);
        placed.push(orderId);
      }
    });
    const before = placed.length;
    const { hashes } = await rebuild({ exchange: true });
    const during = placed.length - before;
    going = false;
    await Promise.all(buyers);
    expect(hashes['orders']?.live).toBeNull();
    expect(during).toBeGreaterThan(0);
    const after = await rebuild({ exchange: false });
    expect(equal(after.hashes)).toEqual({ orders: true, order_history: true });
    expect((await counts())?.history).toBe((await counts())?.events);
    const found = await state.database.rows<{ id: string }>(sql`
      select order_id as id from orders where status = 'completed' and order_id = any(${placed}::text[])`);
    expect(found).toHaveLength(placed.length);
  });

  /** While somebody reads the live tables in a transaction, and so far that the exchange waits for them. */
  const whileRead = async (work: (seen: () => Promise<unknown>) => Promise<void>) => {
    const done = Promise.withResolvers<void>();
    const reader = state.database.transaction(async (session) => {
      await session.run(sql`lock table orders in access share mode`);
      await done.promise;
    });
    const waiting = () =>
      state.database.row(sql`
        select 1 from pg_locks where relation = 'orders'::regclass and mode = 'AccessExclusiveLock' and not granted`);
    try {
      await work(() => eventually(waiting, { what: 'the exchange to wait' }));
    } finally {
      done.resolve();
      await reader;
    }
  };

  it('tries its exchange again when somebody holds a table, and orders come in between', async () => {
    let rebuilt: ReturnType<typeof rebuild> | undefined;
    await whileRead(async (seen) => {
      rebuilt = rebuild({ exchange: true });
      await seen();
      await place();
    });
    expect(equal((await rebuilt)?.hashes ?? {})).toEqual({ orders: true, order_history: true });
  });

  it('gives up its exchange after some attempts, and leaves the live tables and nothing else', {
    timeout: 60_000,
  }, async () => {
    const live = () => state.database.row(sql`select 'orders'::regclass::oid as oid`);
    const before = await live();
    await whileRead(async (seen) => {
      const given = rebuild({ exchange: true });
      given.catch(() => undefined);
      await seen();
      await expect(given).rejects.toMatchObject({ code: 'PROJECTION_LOCKED', retryable: true });
    });
    expect(await live()).toEqual(before);
    const shadow = sql`select 1 from pg_namespace where nspname = 'order_rebuild_orders'`;
    expect(await state.database.rows(shadow)).toEqual([]);
    await expect(rebuild({ exchange: true })).resolves.toBeDefined();
  });

  it('ends with an error where a stream is not at the version of its events, and says which one', async () => {
    const orderId = await place();
    const set = (version: number) =>
      state.database.run(sql`update streams set version = ${version} where stream_id = ${orderId}`);
    for (const wrong of [2, 0]) {
      await set(wrong);
      await expect(rebuild({ exchange: true })).rejects.toMatchObject({
        code: 'STREAM_INCOMPLETE',
        message: expect.stringContaining(orderId),
      });
    }
    await set(1);
    await expect(rebuild({ exchange: true })).resolves.toBeDefined();
  });

  it('is refused while another one runs, and a second one follows the first', async () => {
    const [first, second] = await Promise.allSettled([
      rebuild({ exchange: true }, 1),
      rebuild({ exchange: true }, 1),
    ]);
    const refused = [first, second].filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'PROJECTION_BUSY', status: 409 } }]);
    await expect(rebuild({ exchange: true })).resolves.toBeDefined();
  });
});
