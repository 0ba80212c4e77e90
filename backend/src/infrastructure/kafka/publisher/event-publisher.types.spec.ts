import { defineEvent, type EventType, type OrderCreatedData } from '@shop/contracts';
import { describe, expectTypeOf, it } from 'vitest';
import type { EventPublisherService, PublishedEvent, PublishMethods } from './event-publisher.service';

declare const publisher: EventPublisherService;

const order: OrderCreatedData = {
  orderId: '12345',
  userId: 'user-123',
  items: [{ productId: 'prod-001', quantity: 2, price: 19.99 }],
  totals: { subtotal: 39.98, tax: 7.6, shipping: 4.9, total: 52.48 },
  createdAt: '2026-01-02T03:04:05.678Z',
};

const parcelWeighed = defineEvent<{ parcelId: string; grams: number }>()({
  eventType: 'parcel.weighed',
  topic: 'parcels',
  key: ({ parcelId }) => parcelId,
  schema: { kind: 'json-schema', schema: { type: 'object' } },
});

describe('publish<Event>', () => {
  it('is there once for every event type of the contracts', () => {
    type Count<Union, Seen extends unknown[] = []> = [Union] extends [never]
      ? Seen['length']
      : Count<Exclude<Union, LastOf<Union>>, [...Seen, unknown]>;
    type LastOf<Union> = (
      (Union extends unknown ? (one: () => Union) => void : never) extends (all: infer All) => void
        ? All
        : never
    ) extends () => infer Last
      ? Last
      : never;
    expectTypeOf<Count<EventType>>().toEqualTypeOf<65>();
    expectTypeOf<Count<keyof PublishMethods>>().toEqualTypeOf<65>();
  });

  it('takes the data of its type and tells where the event goes', () => {
    expectTypeOf(publisher.publishOrderCreated(order)).resolves.toEqualTypeOf<PublishedEvent>();
    publisher.publishAnalyticsProductView({ productId: 'p', category: 'lighting', price: 89.9 });
  });

  it('takes no other data', () => {
    const { totals: _, ...withoutTotals } = order;
    // @ts-expect-error: the totals are missing
    publisher.publishOrderCreated(withoutTotals);
    // @ts-expect-error: a price is a number
    publisher.publishOrderCreated({ ...order, items: [{ productId: 'p', quantity: 1, price: '1' }] });
    // @ts-expect-error: not the data of a login
    publisher.publishUserLogin(order);
    // @ts-expect-error: no such event type
    publisher.publishOrderExploded(order);
  });
});

describe('publish', () => {
  it('ties the data to the event type', () => {
    publisher.publish('order.created', order);
    // @ts-expect-error: the data of another type
    publisher.publish('user.login', order);
    // @ts-expect-error: no such event type
    publisher.publish('order.exploded', order);
    // @ts-expect-error: a topic is no event type, and none can be chosen: it belongs to the type
    publisher.publish('user-events', order);
    // @ts-expect-error: no option names a topic
    publisher.publish('order.created', order, { topic: 'user-events' });
  });

  it('ties the data to a definition of the application’s own', () => {
    publisher.publish(parcelWeighed, { parcelId: 'p-1', grams: 1_200 });
    // @ts-expect-error: grams are a number
    publisher.publish(parcelWeighed, { parcelId: 'p-1', grams: 'much' });
  });
});

describe('publishBatch', () => {
  it('ties each item’s data to its type', () => {
    publisher.publishBatch([{ eventType: 'order.created', data: order }]);
    // @ts-expect-error: the data of another type
    publisher.publishBatch([{ eventType: 'user.login', data: order }]);
  });
});
