import { describe, expectTypeOf, it } from 'vitest';
import {
  defineEvent,
  type EventData,
  type EventEnvelope,
  type EventType,
  type EventTypesOf,
  keyOf,
  type OrderCreatedEvent,
  type PageViewEvent,
  type ProductViewEvent,
  type PublishMethodName,
  publishMethodName,
  type ShopEvent,
  type TopicOf,
  type UserRegisteredEvent,
} from './index.ts';
import type { EventDataByType } from './generated/event-data.ts';

declare function accept<Type extends EventType>(eventType: Type, data: EventData<Type>): void;
declare function onTopic<Type extends EventType>(topic: TopicOf<Type>, eventType: Type): void;

describe('event types', () => {
  it('are the same in topology and schemas', () => {
    expectTypeOf<EventType>().toEqualTypeOf<keyof EventDataByType>();
  });

  it('have the data the shop settled', () => {
    expectTypeOf<EventData<'order.created'>['items'][number]['price']>().toBeNumber();
    accept('order.created', {
      orderId: '12345',
      userId: 'user-123',
      items: [{ productId: 'prod-1', quantity: 2, price: 19.99 }],
      totals: { subtotal: 39.98, tax: 4, shipping: 5, total: 48.98 },
      createdAt: new Date().toISOString(),
    });
    // @ts-expect-error: the totals are missing
    accept('order.created', { orderId: '1', userId: 'u', items: [], createdAt: '' });
    // @ts-expect-error: a price is a number
    accept('product.price.changed', { productId: 'p', oldPrice: '1', newPrice: 2, changedAt: '' });
    // @ts-expect-error: nobody registers by fax
    accept('user.registered', { userId: 'u', email: 'e', registrationMethod: 'fax', isEmailVerified: true });
    // @ts-expect-error: no such event type
    accept('order.exploded', {});
  });

  it('belong to one topic', () => {
    onTopic('order-events', 'order.created');
    // @ts-expect-error: orders are no affair of user-events
    onTopic('user-events', 'order.created');
    expectTypeOf<EventTypesOf<'review-events'>>().toEqualTypeOf<
      'review.submitted' | 'review.approved' | 'review.rejected'
    >();
  });

  it('are told apart by eventType', () => {
    const userOf = (event: UserRegisteredEvent | OrderCreatedEvent): string =>
      event.eventType === 'user.registered'
        ? event.data.email
        : event.data.items.map((item) => item.productId).join();
    expectTypeOf(userOf).returns.toBeString();
    expectTypeOf<PageViewEvent | ProductViewEvent>().toEqualTypeOf<
      ShopEvent<'analytics.page_view' | 'analytics.product_view'>
    >();
    expectTypeOf<OrderCreatedEvent>().toExtend<
      EventEnvelope<'order.created', EventDataByType['order.created']>
    >();
  });

  it('take the tracker’s call as it is written', () => {
    expectTypeOf<EventData<'analytics.product_view'>['anonymousId']>().toEqualTypeOf<string | undefined>();
    accept('analytics.product_view', { productId: 'p', category: 'lighting', price: 89.9 });
  });

  it('name their publish method', () => {
    expectTypeOf<
      PublishMethodName<'analytics.product_view'>
    >().toEqualTypeOf<'publishAnalyticsProductView'>();
    expectTypeOf(publishMethodName('cart.checked_out')).toEqualTypeOf<'publishCartCheckedOut'>();
    expectTypeOf(keyOf('order.completed', {} as EventData<'order.completed'>)).toEqualTypeOf<string | null>();
  });
});

describe('defineEvent', () => {
  it('infers the name and checks the key by the data', () => {
    const parcelWeighed = defineEvent<{ parcelId: string; grams: number }>()({
      eventType: 'parcel.weighed',
      topic: 'parcels',
      key: ({ parcelId }) => parcelId,
      schema: { kind: 'json-schema', schema: { type: 'object' } },
    });
    expectTypeOf(parcelWeighed.eventType).toEqualTypeOf<'parcel.weighed'>();
    defineEvent<{ parcelId: string }>()({
      eventType: 'parcel.lost',
      topic: 'parcels',
      // @ts-expect-error: the data has no such field
      key: ({ parcel }) => parcel,
      schema: { kind: 'json-schema', schema: { type: 'object' } },
    });
  });
});
