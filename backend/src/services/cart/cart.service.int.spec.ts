import { randomBytes } from 'node:crypto';
import type { ProductCreatedEvent } from '@shop/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { sql } from '@/infrastructure/postgres/sql';
import { CartService } from './cart.service';
import { OnProductEventsHandler } from './entry/on-product-events.handler';
import { CartRepository } from './state/cart.repository';
import { cartMigrations } from './state/cart.migrations';
import { SoldProducts } from './state/sold-products';

describe('carts', () => {
  let state: ServiceState;
  let carts: CartService;

  beforeAll(async () => {
    state = await serviceState('cart', cartMigrations);
    const { database, unitOfWork, publisher } = state;
    const products = new SoldProducts(unitOfWork);
    carts = new CartService(unitOfWork, publisher, new CartRepository(database, unitOfWork), products, 'EUR');
    await unitOfWork.run(async () => {
      for (const [productId, priceMinor] of [['mug', 1290] as const, ['pen', 5800] as const]) {
        await products.put({ productId, name: productId, priceMinor, currency: 'EUR' });
      }
    });
  });
  beforeEach(async () => {
    await state.database.run(sql`truncate carts, cart_lines, outbox`);
  });
  afterAll(() => state.close());

  it('publish the difference of each change, and nothing where there is none', async () => {
    const holder = await carts.visitor(undefined);
    for (const quantity of [2, 5, 5, 1]) await carts.setQuantity(holder, 'mug', quantity);
    const cart = await carts.removeProduct(holder, 'mug');
    expect(cart.lines).toEqual([]);
    const told = (await state.published()).map(({ eventType, data }) => [
      eventType,
      (data as { quantity: number }).quantity,
    ]);
    expect(told).toEqual([
      ['cart.item.added', 2],
      ['cart.item.added', 3],
      ['cart.item.removed', 4],
      ['cart.item.removed', 1],
    ]);
    expect((await state.publishedOf('cart.item.added'))[0]).toMatchObject({
      price: 12.9,
      cartId: holder.cartId,
    });
  });

  it('do not take unknown products, and leave nothing behind', async () => {
    const holder = await carts.visitor(undefined);
    await expect(carts.setQuantity(holder, 'nothing', 1)).rejects.toMatchObject({
      code: 'PRODUCT_NOT_FOUND',
    });
    expect(await state.published()).toEqual([]);
    expect(await state.database.rows(sql`select 1 from carts`)).toEqual([]);
  });

  it('leave no row for a visitor who only looks or removes', async () => {
    const holder = await carts.visitor(undefined);
    await carts.view(holder);
    await carts.removeProduct(holder, 'mug');
    expect(await state.database.rows(sql`select 1 from carts`)).toEqual([]);
  });

  it('of a visitor join the user’s once, however many calls come at a time', async () => {
    const visitor = await carts.visitor(undefined);
    await carts.setQuantity(visitor, 'mug', 2);
    await carts.setQuantity(await carts.user('u1', undefined), 'mug', 1);
    const holders = await Promise.all(Array.from({ length: 5 }, () => carts.user('u1', visitor.cartId)));
    const [holder] = holders;
    expect((await carts.view(holder ?? visitor)).lines).toMatchObject([{ productId: 'mug', quantity: 3 }]);
    expect(await state.publishedOf('cart.cleared')).toMatchObject([
      { cartId: visitor.cartId, reason: 'merged' },
    ]);
    expect((await carts.visitor(visitor.cartId)).cartId).not.toBe(visitor.cartId);
  });

  it('of a user cannot be opened by a cookie', async () => {
    const own = await carts.user('u2', undefined);
    await carts.setQuantity(own, 'pen', 1);
    expect((await carts.visitor(own.cartId)).cartId).not.toBe(own.cartId);
  });

  it('do not learn of products that cannot be sold here', async () => {
    const products = new SoldProducts(state.unitOfWork);
    const handler = new OnProductEventsHandler(products, 'EUR');
    const lamp = { productId: 'lamp', name: 'Lamp', price: 1, currency: 'EUR' };
    for (const unsold of [
      { ...lamp, currency: 'USD' },
      { ...lamp, price: -1 },
      { ...lamp, price: 0.001 },
      { ...lamp, productId: randomBytes(6_000).toString('base64') },
    ]) {
      const created = { data: unsold } as unknown as ProductCreatedEvent;
      await state.unitOfWork.run(() => handler.created(created));
      expect(await state.unitOfWork.run(() => products.find(unsold.productId))).toBeUndefined();
    }
  });

  it('lose what was ordered, once', async () => {
    const holder = await carts.user('u3', undefined);
    await carts.setQuantity(holder, 'mug', 3);
    await carts.setQuantity(holder, 'pen', 1);
    const ordered = [
      { productId: 'mug', quantity: 2 },
      { productId: 'pen', quantity: 1 },
    ];
    await carts.checkOut('u3', 'o1', ordered);
    expect((await carts.view(holder)).lines).toMatchObject([{ productId: 'mug', quantity: 1 }]);
    expect(await state.publishedOf('cart.checked_out')).toMatchObject([{ orderId: 'o1', userId: 'u3' }]);
    await carts.checkOut('nobody', 'o2', ordered);
    expect(await state.publishedOf('cart.checked_out')).toHaveLength(1);
  });

  it('count every one of many changes at once', async () => {
    const holder = await carts.user('u4', undefined);
    await Promise.all(Array.from({ length: 20 }, (_, index) => carts.setQuantity(holder, 'mug', index + 1)));
    const [line] = (await carts.view(holder)).lines;
    const sum = (items: readonly { quantity: number }[]) =>
      items.reduce((total, item) => total + item.quantity, 0);
    const added = sum(await state.publishedOf('cart.item.added'));
    const removed = sum(await state.publishedOf('cart.item.removed'));
    expect(added - removed).toBe(line?.quantity);
  });
});
