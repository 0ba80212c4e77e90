import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type ServiceState, serviceState } from '@/testing/service-state';
import type { PlaceOrderBody } from './entry/place-order.body';
import { OrderSettings } from './order.environment';
import { OrderEventService } from './order-event.service';
import { PlaceOrder } from './place-order.service';
import { CatalogueStore } from './state/catalogue-store';
import { IdempotencyKeys } from './state/idempotency-keys';
import { orderMigrations } from './state/order.migrations';
import { OrderQueries } from './state/order-queries';
import { OrderStore } from './state/order-store';

const user = { userId: 'user-1', email: 'user@example.com' };

describe('placing an order', () => {
  let state: ServiceState;
  let placeOrder: PlaceOrder;
  let queries: OrderQueries;
  let catalogue: CatalogueStore;

  beforeAll(async () => {
    state = await serviceState('order', orderMigrations);
    const settings = new OrderSettings('saga', 'EUR');
    catalogue = new CatalogueStore(state.unitOfWork);
    queries = new OrderQueries(state.database);
    placeOrder = new PlaceOrder(
      state.unitOfWork,
      new OrderStore(state.unitOfWork),
      new IdempotencyKeys(state.unitOfWork),
      catalogue,
      new OrderEventService(state.publisher, settings),
      settings,
    );
    await state.unitOfWork.run(async () => {
      await catalogue.add('lamp', 12.5);
      await catalogue.add('dust', 0.001);
      await catalogue.add('relic', 1);
      await catalogue.discontinue('relic');
    });
  });
  afterAll(() => state.close());

  const body = (productId = 'lamp', quantity = 2): PlaceOrderBody => ({
    items: [{ productId, quantity }],
    paymentMethod: 'pm_card_visa',
  });
  const counts = async () => {
    const [row] = await state.database.rows<{ orders: number; keys: number; events: number }>(sql`
      select (select count(*)::int from orders) as orders, (select count(*)::int from idempotency_keys) as keys,
        (select count(*)::int from outbox) as events`);
    return row;
  };

  it('writes the order, its first status and its event, with prices of ours', async () => {
    const { orderId } = await placeOrder.place(user, randomUUID(), body());
    const order = await queries.find(orderId, user.userId);
    const totals = { subtotal: 25, tax: 4.75, shipping: 0, total: 29.75 };
    expect(order).toMatchObject({ status: 'pending', totals, currency: 'EUR' });
    expect(order?.history.map(({ status }) => status)).toEqual(['pending']);
    const created = (await state.publishedOf('order.created')).find((data) => data.orderId === orderId);
    expect(created).toMatchObject({ userId: user.userId, email: user.email, flow: 'saga', totals });
  });

  it('gives the same order back to the same key, from twenty requests at once', async () => {
    const before = await counts();
    const key = randomUUID();
    const placed = await Promise.all(Array.from({ length: 20 }, () => placeOrder.place(user, key, body())));
    expect(new Set(placed.map(({ orderId }) => orderId)).size).toBe(1);
    const after = await counts();
    expect([after?.orders, after?.keys, after?.events]).toEqual([
      (before?.orders ?? 0) + 1,
      (before?.keys ?? 0) + 1,
      (before?.events ?? 0) + 1,
    ]);
  });

  it('refuses the same key with another body, and lets another user have it', async () => {
    const key = randomUUID();
    const first = await placeOrder.place(user, key, body());
    await expect(placeOrder.place(user, key, body('lamp', 3))).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      status: 422,
    });
    const other = await placeOrder.place({ ...user, userId: 'user-2' }, key, body('lamp', 3));
    expect(other.orderId).not.toBe(first.orderId);
  });

  it.each([
    ['nothing', 'UNKNOWN_PRODUCT'],
    ['relic', 'PRODUCT_NOT_SELLABLE'],
    ['dust', 'PRODUCT_NOT_SELLABLE'],
  ])('leaves nothing behind for %s: %s', async (productId, code) => {
    const before = await counts();
    const key = randomUUID();
    await expect(placeOrder.place(user, key, body(productId))).rejects.toMatchObject({
      code,
      status: 422,
      faults: [{ path: 'items[0].productId' }],
    });
    expect(await counts()).toEqual(before);
    await expect(placeOrder.place(user, key, body())).resolves.toMatchObject({ status: 'pending' });
  });

  it('refuses a coupon that does not exist', async () => {
    const wrong = { ...body(), couponCode: 'FREE' };
    await expect(placeOrder.place(user, randomUUID(), wrong)).rejects.toMatchObject({
      code: 'UNKNOWN_COUPON',
    });
  });

  it('shows an order to its owner only, and lists page by page, newest first', async () => {
    const owner = { ...user, userId: randomUUID() };
    const placed: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      placed.unshift((await placeOrder.place(owner, randomUUID(), body())).orderId);
    }
    expect(await queries.find(placed[0] ?? '', 'somebody else')).toBeUndefined();
    const first = await queries.list(owner.userId, 2, undefined);
    expect(first.map(({ orderId }) => orderId)).toEqual(placed.slice(0, 3));
    const second = await queries.list(owner.userId, 2, JSON.parse(first[1]?.position ?? ''));
    expect(second.map(({ orderId }) => orderId)).toEqual(placed.slice(2, 5));
  });

  it('has clients come again while no product is known', async () => {
    const key = randomUUID();
    await state.unitOfWork.run(() => catalogue.clear());
    await expect(placeOrder.place(user, key, body())).rejects.toMatchObject({
      code: 'CATALOGUE_NOT_READY',
      status: 503,
      retryAfterSeconds: 1,
    });
    await state.unitOfWork.run(() => catalogue.add('lamp', 12.5));
    await expect(placeOrder.place(user, key, body())).resolves.toMatchObject({ status: 'pending' });
  });
});
