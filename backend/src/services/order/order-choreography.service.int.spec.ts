import { randomUUID } from 'node:crypto';
import type { EventType } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { SagaTimers } from '@/infrastructure/saga/saga-timers';
import { eventually } from '@/testing/eventually';
import { type ServiceState, serviceState } from '@/testing/service-state';
import type { Order } from './domain/order';
import { type ChoreographyEvent, OrderChoreography } from './order-choreography.service';
import { OrderLifecycle } from './order-lifecycle.service';
import { ResumeOrder } from './resume-order.service';
import { CatalogueStore } from './state/catalogue-store';
import { ChoreographyStore } from './state/choreography-store';
import { orderMigrations } from './state/order.migrations';
import { OrderQueries } from './state/order-queries';
import { OrderStore } from './state/order-store';

const UNDO = ['shipment.cancel.requested', 'payment.refund.requested', 'inventory.release.requested'];

describe('the time of an order without a saga', () => {
  let state: ServiceState;
  let states: ChoreographyStore;
  let orders: OrderStore;
  let choreography: OrderChoreography;

  beforeAll(async () => {
    state = await serviceState('order', orderMigrations);
    const { unitOfWork, publisher, database } = state;
    orders = new OrderStore(unitOfWork);
    states = new ChoreographyStore(unitOfWork, database);
    const catalogue = new CatalogueStore(unitOfWork);
    const lifecycle = new OrderLifecycle(orders, publisher);
    choreography = new OrderChoreography(unitOfWork, orders, states, catalogue, lifecycle, publisher);
  });
  afterAll(() => state.close());

  const begin = (orderId: string) =>
    state.unitOfWork.run(async () => {
      const row = await orders.lock(orderId);
      if (row) await choreography.begin(row);
    });
  async function placed({ begun = true } = {}): Promise<string> {
    const orderId: string = randomUUID();
    const order: Order = {
      orderId,
      userId: 'user-1',
      items: [{ productId: 'lamp', quantity: 2, price: 10 }],
      totals: { subtotal: 20, tax: 3.8, shipping: 0, total: 23.8 },
      createdAt: '2026-01-01T00:00:00.000Z',
      paymentMethod: 'pm_card_visa',
      flow: 'choreography',
    };
    await state.unitOfWork.run(() => orders.insert(order, 'api'));
    if (begun) await begin(orderId);
    return orderId;
  }
  async function answer(orderId: string, ...types: readonly ChoreographyEvent['eventType'][]) {
    for (const eventType of types) {
      const event = {
        eventType,
        data: { orderId, code: 'NO', message: 'no' },
      } as unknown as ChoreographyEvent;
      await state.unitOfWork.run(() => choreography.follow(event));
    }
  }
  const dueIn = async (orderId: string) => {
    const row = await state.database.row<{ seconds: number | null }>(sql`
      select extract(epoch from due_at - clock_timestamp())::float8 as seconds
      from choreographies where order_id = ${orderId}`);
    return row?.seconds;
  };
  const letTimePass = (...orderIds: readonly string[]) =>
    state.database.run(sql`
      update choreographies set due_at = clock_timestamp() where order_id = any(${orderIds})`);
  const asked = async (orderId: string) =>
    (await state.published())
      .filter(({ data }) => (data as { orderId?: string }).orderId === orderId)
      .map(({ eventType }) => eventType)
      .filter((type) => UNDO.includes(type));
  const seen = async (orderId: string) => {
    const order = await new OrderQueries(state.database).find(orderId, 'user-1');
    return { way: order?.history.map(({ status }) => status).join(' '), reason: order?.reason };
  };
  const expectDueIn = async (orderId: string, seconds: number) => {
    const left = await dueIn(orderId);
    expect(left).toBeLessThanOrEqual(seconds);
    expect(left).toBeGreaterThan(seconds - 20);
  };

  it('is set anew at each step, and by nothing else', async () => {
    const orderId = await placed();
    await expectDueIn(orderId, 60);
    expect(await choreography.expireOne()).toBe(false);
    await answer(orderId, 'inventory.reserved');
    await expectDueIn(orderId, 120);
    await state.database.run(sql`
      update choreographies set due_at = due_at - interval '50 seconds' where order_id = ${orderId}`);
    await answer(orderId, 'inventory.reserved', 'inventory.reserved');
    await begin(orderId);
    await expectDueIn(orderId, 70);
    await answer(orderId, 'payment.completed');
    await expectDueIn(orderId, 60);
    await answer(orderId, 'shipment.created');
    expect(await dueIn(orderId)).toBeNull();
    expect(await seen(orderId)).toMatchObject({
      way: 'pending validated reserved paid shipped completed',
    });
  });

  it('is there also where a word came before the order was begun', async () => {
    const orderId = await placed({ begun: false });
    await answer(orderId, 'inventory.released');
    expect(await dueIn(orderId)).toBeNull();
    await begin(orderId);
    await expectDueIn(orderId, 60);
  });

  it.each<[string, ChoreographyEvent['eventType'][], string]>([
    ['the stock', [], 'pending validated cancelled'],
    ['the payment', ['inventory.reserved'], 'pending validated reserved cancelled'],
    [
      'the shipment',
      ['inventory.reserved', 'payment.completed'],
      'pending validated reserved paid cancelled',
    ],
  ])('takes the order back in reverse when %s never answers', async (_, answered, way) => {
    const orderId = await placed();
    await answer(orderId, ...answered);
    expect(await asked(orderId)).toEqual([]);
    await letTimePass(orderId);
    expect(await choreography.expireOne()).toBe(true);
    expect(await choreography.expireOne()).toBe(false);
    expect(await asked(orderId)).toEqual(UNDO.slice(0, 1));
    await answer(orderId, 'shipment.created', 'shipment.cancelled');
    expect(await asked(orderId)).toEqual(UNDO.slice(0, 2));
    await answer(orderId, 'payment.refunded', 'inventory.released');
    expect(await asked(orderId)).toEqual(UNDO);
    expect(await seen(orderId)).toEqual({ way, reason: 'DEADLINE_PASSED' });
    expect(await dueIn(orderId)).toBeNull();
  });

  it('asks again for what is not taken back, after longer and longer pauses', async () => {
    const orderId = await placed();
    await answer(orderId, 'inventory.reserved', 'payment.failed');
    expect(await asked(orderId)).toEqual([]);
    for (const pause of [30, 60, 120, 240, 480, 600, 600]) {
      await letTimePass(orderId);
      expect(await choreography.expireOne()).toBe(true);
      await expectDueIn(orderId, pause);
    }
    expect(await asked(orderId)).toEqual(Array(7).fill('inventory.release.requested'));
    await answer(orderId, 'inventory.released');
    expect(await seen(orderId)).toEqual({ way: 'pending validated reserved cancelled', reason: 'NO' });
  });

  it('leaves what nobody returns for a day to a person, who can have it asked for again', async () => {
    const orderId = await placed();
    await answer(orderId, 'inventory.reserved', 'payment.completed');
    await letTimePass(orderId);
    expect(await choreography.expireOne()).toBe(true);
    await answer(orderId, 'shipment.cancelled');
    const asks = async (type: EventType) => (await asked(orderId)).filter((one) => one === type).length;
    const status = async () => (await seen(orderId)).way?.split(' ').at(-1);
    for (let times = 1; times <= 148; times += 1) {
      expect(await asks('inventory.release.requested')).toBe(0);
      await letTimePass(orderId);
      expect(await choreography.expireOne()).toBe(true);
    }
    expect(await asks('payment.refund.requested')).toBe(148);
    expect(await asks('inventory.release.requested')).toBe(1);
    const resuming = new ResumeOrder(state.unitOfWork, choreography, state.publisher);
    const resume = () => resuming.resume(orderId, 'ada');
    await expect(resume()).rejects.toMatchObject({ code: 'ORDER_NOT_RESUMABLE', status: 409 });
    await answer(orderId, 'inventory.released');
    expect([await status(), await dueIn(orderId)]).toEqual(['needs_attention', null]);
    expect(await resume()).toEqual({ orderId, asked: 'payment', resumed: true });
    expect(await resume()).toEqual({ orderId, asked: 'payment', resumed: false });
    expect(await asks('payment.refund.requested')).toBe(149);
    await expectDueIn(orderId, 30);
    await answer(orderId, 'payment.refunded');
    expect(await status()).toBe('cancelled');
    await expect(resume()).rejects.toMatchObject({ code: 'ORDER_NOT_RESUMABLE' });
    await expect(resuming.resume(randomUUID(), 'ada')).rejects.toMatchObject({ status: 404 });
    expect(await state.publishedOf('audit.recorded')).toMatchObject([
      { actorId: 'ada', action: 'order.resume', resource: `order/${orderId}` },
    ]);
  });

  it('counts an answer that comes when the order needs attention', async () => {
    const orderId = await placed();
    await answer(orderId, 'inventory.reserved', 'payment.completed', 'shipment.failed', 'inventory.released');
    await answer(orderId, 'payment.refund.failed');
    expect((await seen(orderId)).way).toMatch(/ needs_attention$/);
    await answer(orderId, 'payment.completed', 'payment.refunded');
    expect((await seen(orderId)).way).toMatch(/ needs_attention cancelled$/);
  });

  it('is handled once by several workers, around an order that is held', async () => {
    const held = await placed();
    const others = await Promise.all(Array.from({ length: 12 }, () => placed()));
    await letTimePass(held);
    await letTimePass(...others);
    const errors: unknown[] = [];
    const workers = Array.from(
      { length: 3 },
      () => new SagaTimers(choreography, states, { onError: (error) => errors.push(error), lookEveryMs: 20 }),
    );
    const mayEnd = Promise.withResolvers<void>();
    const locked = Promise.withResolvers<void>();
    const holding = state.unitOfWork.run(async () => {
      await orders.lock(held);
      locked.resolve();
      await mayEnd.promise;
    });
    await locked.promise;
    for (const worker of workers) worker.start();
    const askedOf = async (...orderIds: readonly string[]) => (await Promise.all(orderIds.map(asked))).flat();
    await eventually(async () => (await askedOf(...others)).length >= others.length);
    expect(await asked(held)).toEqual([]);
    mayEnd.resolve();
    await holding;
    await eventually(async () => (await asked(held)).length > 0);
    await Promise.all(workers.map((worker) => worker.stop()));
    const first: EventType = 'shipment.cancel.requested';
    expect(await askedOf(held, ...others)).toEqual(Array(13).fill(first));
    expect(errors).toEqual([]);
  });

  it('is put off where it has come and could not be handled, not where another one has set it anew', async () => {
    const orderId = await placed();
    const putOff = (ms: number) => state.unitOfWork.run(() => states.postpone(orderId, ms));
    await putOff(10);
    await expectDueIn(orderId, 60);
    await letTimePass(orderId);
    await putOff(90_000);
    await expectDueIn(orderId, 90);
  });

  it('of an order that has ended meanwhile is forgotten', async () => {
    const orderId = await placed();
    await answer(orderId, 'inventory.reservation.failed');
    await letTimePass(orderId);
    expect(await choreography.expireOne()).toBe(true);
    expect(await dueIn(orderId)).toBeNull();
    expect(await asked(orderId)).toEqual([]);
  });
});
