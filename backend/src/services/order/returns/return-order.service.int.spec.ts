import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUSTOMER, OrderDesk } from '@/testing/order-desk';
import { RETURN_SAGA } from './return-saga.context';

const WAY = 'pending validated paid reserved shipped completed';

describe('the return of an order', () => {
  let desk: OrderDesk;

  beforeAll(async () => {
    desk = await OrderDesk.open();
  });
  afterAll(() => desk.close());

  const giveBack = (orderId: string) => desk.returns.request(orderId, CUSTOMER);
  const askedForReturn = async (orderId: string) => (await desk.asked(orderId)).slice(3);

  it('fetches the parcel, takes the stock in, pays back, in this order', async () => {
    const orderId = await desk.completed();
    expect(await giveBack(orderId)).toEqual({ orderId, status: 'return_requested' });
    expect(await askedForReturn(orderId)).toEqual(['shipment.return.requested']);
    await desk.answer(orderId, 'shipment.returned', 'inventory.released', 'payment.refunded');
    expect(await askedForReturn(orderId)).toEqual([
      'shipment.return.requested',
      'inventory.release.requested',
      'payment.refund.requested',
    ]);
    expect(await desk.way(orderId)).toBe(`${WAY} return_requested returned`);
    expect(await desk.saga(RETURN_SAGA, orderId)).toMatchObject({
      status: 'completed',
      completedSteps: ['parcel', 'restock', 'refund'],
    });
    expect(await giveBack(orderId)).toEqual({ orderId, status: 'returned' });
    expect(await askedForReturn(orderId)).toHaveLength(3);
  });

  it('is one return, however many ask for it at once', async () => {
    const orderId = await desk.completed();
    await Promise.all(Array.from({ length: 8 }, () => giveBack(orderId)));
    expect(await askedForReturn(orderId)).toEqual(['shipment.return.requested']);
  });

  it('is refused with the parcel, and the order stays with the customer', async () => {
    const orderId = await desk.completed();
    await giveBack(orderId);
    await desk.answer(orderId, 'shipment.return.failed');
    expect(await desk.way(orderId)).toBe(`${WAY} return_requested return_refused`);
    expect(await askedForReturn(orderId)).toEqual(['shipment.return.requested']);
    await expect(giveBack(orderId)).rejects.toMatchObject({ code: 'ORDER_NOT_RETURNABLE', status: 409 });
  });

  it('calls the parcel off when it is taken back before, and never once the parcel is here', async () => {
    const why = { code: 'BY_HAND', message: 'wanted by the spec' };
    const early = await desk.completed();
    await giveBack(early);
    expect(await desk.engine.compensateNow(RETURN_SAGA, early, why)).toBe(true);
    await desk.answer(early, 'shipment.return.cancelled');
    expect(await askedForReturn(early)).toEqual([
      'shipment.return.requested',
      'shipment.return.cancel.requested',
    ]);
    expect(await desk.way(early)).toBe(`${WAY} return_requested return_refused`);

    const late = await desk.completed();
    await giveBack(late);
    await desk.answer(late, 'shipment.returned');
    expect(await desk.engine.compensateNow(RETURN_SAGA, late, why)).toBe(false);
    expect(await desk.saga(RETURN_SAGA, late)).toMatchObject({ status: 'running', step: 'restock' });
  });

  it('needs attention when the refund is refused for good, and ends when it is resumed', async () => {
    const orderId = await desk.completed();
    await giveBack(orderId);
    await desk.answer(orderId, 'shipment.returned', 'inventory.released', 'payment.refund.failed');
    expect(await desk.way(orderId)).toBe(`${WAY} return_requested needs_attention`);
    await desk.engine.resume(RETURN_SAGA, orderId);
    await desk.answer(orderId, 'payment.refunded');
    expect(await desk.way(orderId)).toBe(`${WAY} return_requested needs_attention returned`);
  });

  it('needs attention when nobody calls the parcel off for a day, and ends when that is answered after all', async () => {
    const orderId = await desk.completed();
    await giveBack(orderId);
    await desk.engine.compensateNow(RETURN_SAGA, orderId, { code: 'BY_HAND', message: 'wanted by the spec' });
    await desk.aDayPasses(RETURN_SAGA, orderId);
    expect(await desk.way(orderId)).toBe(`${WAY} return_requested needs_attention`);
    await desk.answer(orderId, 'shipment.return.cancelled');
    expect(await desk.saga(RETURN_SAGA, orderId)).toMatchObject({ status: 'compensated' });
    expect(await desk.way(orderId)).toBe(`${WAY} return_requested needs_attention return_refused`);
  });

  it.each([
    ['is on its way', async () => desk.placed()],
    [
      'was cancelled',
      async () => {
        const orderId = await desk.placed();
        await desk.answer(orderId, 'payment.failed');
        return orderId;
      },
    ],
  ])('is not begun for an order that %s', async (_, order) => {
    const orderId = await order();
    await expect(giveBack(orderId)).rejects.toMatchObject({ code: 'ORDER_NOT_RETURNABLE', status: 409 });
    expect(await desk.saga(RETURN_SAGA, orderId)).toBeUndefined();
  });

  it("is not begun for another customer's order", async () => {
    const orderId = await desk.completed();
    const asked = desk.returns.request(orderId, 'user-2');
    await expect(asked).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND', status: 404 });
  });
});
