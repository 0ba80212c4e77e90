import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventStore, newStream } from '@/infrastructure/event-store/event-store';
import { sql } from '@/infrastructure/postgres/sql';
import { bundleForChild } from '@/testing/bundle-for-child';
import { eventually } from '@/testing/eventually';
import { orderRebuilds } from '@/testing/order-rebuilds';
import type { RebuildMoment } from '@/testing/rebuild.child';
import { type ServiceState, serviceState } from '@/testing/service-state';
import type { Order } from '../domain/order';
import type { OrderEvent, OrderState } from '../domain/order-stream';
import { orderMigrations } from './order.migrations';
import { OrderStore } from './order-store';
import { orderStreamDefinition } from './order-stream.definition';

const PROGRAM = fileURLToPath(new URL('../../../testing/rebuild.child.ts', import.meta.url));
/** Three pages of a rebuild. */
const ORDERS = 2_500;

const order = (): Order => ({
  orderId: randomUUID(),
  userId: 'user-1',
  items: [{ productId: 'lamp', quantity: 2, price: 12.5 }],
  totals: { subtotal: 25, tax: 4.75, shipping: 0, total: 29.75 },
  createdAt: new Date().toISOString(),
  paymentMethod: 'pm_card_visa',
});

describe('a process killed in the middle of a rebuild', () => {
  let state: ServiceState;

  beforeAll(async () => {
    state = await serviceState('order', orderMigrations);
    const streams = new EventStore<OrderState, OrderEvent>(state.unitOfWork, {
      definition: orderStreamDefinition,
    });
    const placed = Array.from({ length: ORDERS }, () => {
      const one = order();
      const event = { type: 'order.placed', data: { order: one, origin: 'api' } } as const;
      return { stream: newStream<OrderState>(one.orderId), events: [event] };
    });
    await state.unitOfWork.run(() => streams.append(placed, new Date().toISOString()));
  });
  afterAll(() => state.close());

  const view = async () => {
    const [orders] = await orderRebuilds(state.url, state.database).list();
    if (!orders) throw new Error('There is no such projection.');
    return orders;
  };
  const run = async (kind: 'rebuild' | 'compare') => {
    const { id } = await orderRebuilds(state.url, state.database).begin('orders', kind, 'bob');
    return eventually(async () => {
      const last = (await view()).lastRebuild;
      return last?.id === id && last.state !== 'running' && last;
    });
  };
  /** Of what others see. */
  const rows = async (schema: string) => {
    const table = sql`${sql.id(schema)}.orders`;
    return (await state.database.row<{ count: number }>(sql`select count(*)::int as count from ${table}`))
      ?.count;
  };
  const shadows = () =>
    state.database.rows(sql`select nspname from pg_namespace where nspname like '%rebuild%'`);
  const sessionsOfChild = () =>
    state.database.rows(sql`
      select pid from pg_stat_activity
      where datname = current_database() and application_name in ('child', 'replay order')`);

  async function killedAt(stopAt: RebuildMoment, look: () => Promise<void>): Promise<void> {
    const child = fork(await bundleForChild(PROGRAM), [JSON.stringify({ url: state.url, stopAt })], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [message] = await once(child, 'message');
    expect(message).toBe('there');
    await look();
    child.kill('SIGKILL');
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    await eventually(async () => (await sessionsOfChild()).length === 0, { what: 'the sessions to end' });
  }

  async function isWhole(): Promise<void> {
    const orders = new OrderStore(state.unitOfWork);
    expect(await state.unitOfWork.run(() => orders.insert(order(), 'api'))).toBe(true);
    expect((await view()).lag).toEqual({ events: 0, streams: 0, seconds: 0 });
    for (const kind of ['compare', 'rebuild', 'compare'] as const) {
      const { state, hashes } = await run(kind);
      expect(state).toBe('done');
      for (const { live, rebuilt } of Object.values(hashes ?? {})) expect(live).toBe(rebuilt);
    }
    expect(await shadows()).toEqual([]);
  }

  it('has had one before it that ended, and brought the tables up to the streams', async () => {
    expect((await view()).lag).toMatchObject({ events: ORDERS, streams: ORDERS });
    expect(await run('rebuild')).toMatchObject({ state: 'done', streams: ORDERS, events: ORDERS });
    expect(await rows('order')).toBe(ORDERS);
  });

  it('leaves the live tables as they were, and the next one takes its place', async () => {
    await killedAt('page', async () => {
      await eventually(async () => ((await rows('order_rebuild_orders')) ?? 0) > 0);
      expect(await rows('order_rebuild_orders')).toBeLessThan(ORDERS);
      expect((await view()).lastRebuild).toMatchObject({ state: 'running', begunBy: 'ada' });
    });
    expect((await view()).lastRebuild).toMatchObject({ state: 'interrupted', begunBy: 'ada' });
    expect(await rows('order')).toBe(ORDERS);
    await isWhole();
  });

  it('in its exchange leaves the old tables, and appends go on', async () => {
    await killedAt('exchange', async () => {
      const held = await state.database.rows(sql`
        select 1 from pg_locks where relation = 'stream_events'::regclass and mode = 'ShareRowExclusiveLock' and granted`);
      expect(held).toHaveLength(1);
    });
    expect((await view()).lastRebuild).toMatchObject({ state: 'interrupted', begunBy: 'ada' });
    await isWhole();
  });

  it('just after its exchange has done it, and that is written down', async () => {
    await killedAt('exchanged', async () => undefined);
    expect((await view()).lastRebuild).toMatchObject({ state: 'done', begunBy: 'ada', error: null });
    await isWhole();
  });
});
