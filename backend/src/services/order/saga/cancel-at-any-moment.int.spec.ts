import type { EventType } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CUSTOMER, OrderDesk } from '@/testing/order-desk';
import { CancelOrder } from '../cancel-order.service';
import { OnOrderCancelRequestedHandler } from '../entry/on-order-cancel-requested.handler';
import { ORDER_SAGA } from './order-saga.context';

interface Moment {
  readonly name: string;
  readonly answered: readonly EventType[];
  /** What was asked for and may have been done. */
  readonly waitsFor: EventType;
  readonly undone: readonly EventType[];
  readonly way: string;
}

const moments: readonly Moment[] = [
  {
    name: 'while it is paid',
    answered: [],
    waitsFor: 'payment.completed',
    undone: ['payment.refunded'],
    way: 'pending validated cancelled',
  },
  {
    name: 'while its stock is taken',
    answered: ['payment.completed'],
    waitsFor: 'inventory.reserved',
    undone: ['inventory.released', 'payment.refunded'],
    way: 'pending validated paid cancelled',
  },
  {
    name: 'while its shipment is made',
    answered: ['payment.completed', 'inventory.reserved'],
    waitsFor: 'shipment.created',
    undone: ['shipment.cancelled', 'inventory.released', 'payment.refunded'],
    way: 'pending validated paid reserved cancelled',
  },
];

const ASKED_BY: Partial<Record<EventType, string>> = {
  'payment.refunded': 'payment.refund.requested',
  'inventory.released': 'inventory.release.requested',
  'shipment.cancelled': 'shipment.cancel.requested',
};

describe('an order that its customer cancels', () => {
  let desk: OrderDesk;
  let cancelOrder: CancelOrder;

  beforeAll(async () => {
    desk = await OrderDesk.open();
    const { unitOfWork, publisher } = desk.state;
    cancelOrder = new CancelOrder(unitOfWork, desk.orders, publisher);
  });
  afterAll(() => desk.close());

  /** The route's part, then the handler's part with what the route has published. */
  async function cancelled(orderId: string): Promise<() => Promise<void>> {
    await cancelOrder.request(orderId, CUSTOMER);
    const events = await desk.state.published();
    const event = events.find(
      ({ eventType, data }) =>
        eventType === 'order.cancel.requested' && (data as { orderId: string }).orderId === orderId,
    );
    const handler = new OnOrderCancelRequestedHandler(desk.engine, undefined as never);
    return () => desk.state.unitOfWork.run(() => handler.handle(event as never));
  }

  it.each(moments)('$name takes back what was done and what may have been, last first', async (moment) => {
    const orderId = await desk.placed();
    await desk.answer(orderId, ...moment.answered);
    const forward = (await desk.asked(orderId)).length;
    const handle = await cancelled(orderId);
    await handle();
    await handle();
    await desk.answer(orderId, moment.waitsFor);
    expect(await desk.saga(ORDER_SAGA, orderId)).toMatchObject({ status: 'compensating' });
    await desk.answer(orderId, ...moment.undone);
    expect((await desk.asked(orderId)).slice(forward)).toEqual(moment.undone.map((type) => ASKED_BY[type]));
    expect(await desk.way(orderId)).toBe(moment.way);
    expect(await desk.saga(ORDER_SAGA, orderId)).toMatchObject({
      status: 'compensated',
      reason: { code: 'CANCELLED_ON_REQUEST' },
    });
    await expect(cancelOrder.request(orderId, CUSTOMER)).rejects.toMatchObject({
      code: 'ORDER_NOT_CANCELLABLE',
    });
  });

  it('too late, because it was shipped in the meantime, stays completed', async () => {
    const orderId = await desk.placed();
    await desk.answer(orderId, 'payment.completed', 'inventory.reserved');
    const handle = await cancelled(orderId);
    await desk.answer(orderId, 'shipment.created');
    await handle();
    expect(await desk.way(orderId)).toBe('pending validated paid reserved shipped completed');
    expect(await desk.saga(ORDER_SAGA, orderId)).toMatchObject({ status: 'completed' });
    await expect(cancelOrder.request(orderId, CUSTOMER)).rejects.toMatchObject({
      code: 'ORDER_NOT_CANCELLABLE',
      status: 409,
    });
  });

  it('pauses before another attempt to be paid, and gets no other attempt', async () => {
    const orderId = await desk.placed();
    const passing = { orderId, code: 'TRY_AGAIN_LATER', message: 'wanted by the spec' };
    await desk.engine.reply(ORDER_SAGA, orderId, {
      eventId: 'declined',
      eventType: 'payment.failed',
      data: passing,
    } as never);
    expect(await desk.saga(ORDER_SAGA, orderId)).toMatchObject({
      status: 'running',
      waitingFor: { step: 'payment', refusal: { code: 'TRY_AGAIN_LATER' } },
    });
    await (await cancelled(orderId))();
    await desk.answer(orderId, 'payment.refunded');
    expect(await desk.asked(orderId)).toEqual(['payment.requested', 'payment.refund.requested']);
    expect(await desk.way(orderId)).toBe('pending validated cancelled');
  });
});
