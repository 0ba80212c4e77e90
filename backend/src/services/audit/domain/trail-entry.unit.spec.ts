import { describe, expect, it } from 'vitest';
import { trailEntryOf } from './trail-entry';

const event = (eventType: string, data: unknown) => ({
  eventId: 'e1',
  eventType,
  data,
  occurredAt: '2026-01-01T00:00:00.000Z',
  source: '/shop/order',
  key: 'k',
  correlationId: 'c1',
  schemaVersion: 1,
});

describe('an entry of the trail', () => {
  it('says who did what to which order', () => {
    const entry = trailEntryOf(
      event('order.status.updated', {
        orderId: 'o1',
        oldStatus: 'a',
        newStatus: 'b',
        updatedBy: 'order-saga',
      }),
    );
    expect(entry).toMatchObject({ actorId: 'order-saga', orderId: 'o1', userId: null, resource: 'order/o1' });
  });

  it('belongs to the order that an operator acted on', () => {
    const act = { actorId: 'ada', resource: 'saga/order:o1', details: { orderId: 'o1' } };
    expect(trailEntryOf(event('audit.recorded', act))).toMatchObject({
      actorId: 'ada',
      resource: 'saga/order:o1',
      orderId: 'o1',
    });
    for (const details of [null, 'o1', { orderId: 7 }]) {
      expect(trailEntryOf(event('audit.recorded', { ...act, details }))).toMatchObject({ orderId: null });
    }
  });

  it('takes the user for the actor, else the publisher', () => {
    expect(trailEntryOf(event('user.login', { userId: 'u1' }))).toMatchObject({
      actorId: 'u1',
      resource: 'user/u1',
    });
    expect(trailEntryOf(event('inventory.stock.low', { productId: 'p1' }))).toMatchObject({
      actorId: '/shop/order',
      resource: 'product/p1',
    });
  });

  it('is made of data of any shape', () => {
    expect(trailEntryOf(event('foreign.thing', null))).toMatchObject({
      actorId: '/shop/order',
      resource: null,
    });
    expect(trailEntryOf(event('foreign.thing', { userId: 7 }))).toMatchObject({ userId: null });
  });
});
