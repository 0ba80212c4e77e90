import {
  defineEvent,
  type OrderCancelledEvent,
  type OrderCreatedEvent,
  type UserLoginEvent,
} from '@shop/contracts';
import { describe, expectTypeOf, it } from 'vitest';
import type { EventConsumerService } from './event-consumer.service';
import { KafkaHandler } from './kafka-handler.decorator';

declare const consumer: EventConsumerService;

interface Parcel {
  parcelId: string;
  grams: number;
}

const parcelWeighed = defineEvent<Parcel>()({
  eventType: 'parcel.weighed',
  topic: 'parcels',
  key: ({ parcelId }) => parcelId,
  schema: { kind: 'json-schema', schema: { type: 'object' } },
});

const onOrder = async (event: OrderCreatedEvent): Promise<void> => void event.data.totals.total;
const onLogin = async (event: UserLoginEvent): Promise<void> => void event.data.ipAddress;

describe('registerHandler', () => {
  it('gives the handler the event of the type', () => {
    consumer.registerHandler('order.created', (event, context) => {
      expectTypeOf(event).toEqualTypeOf<OrderCreatedEvent>();
      expectTypeOf(context.offset).toEqualTypeOf<bigint>();
    });
    consumer.registerHandler(['order.created', 'order.cancelled'], (event) => {
      expectTypeOf(event).toEqualTypeOf<OrderCreatedEvent | OrderCancelledEvent>();
    });
    consumer.registerHandler(parcelWeighed, (event) => {
      expectTypeOf(event.eventType).toEqualTypeOf<'parcel.weighed'>();
      expectTypeOf(event.data).toEqualTypeOf<Parcel>();
    });
  });

  it('takes a function or an object for that type only', () => {
    consumer.registerHandler('order.created', onOrder);
    consumer.registerHandler('order.created', { handle: onOrder });
    // @ts-expect-error: a handler of logins
    consumer.registerHandler('order.created', onLogin);
    // @ts-expect-error: a handler of logins
    consumer.registerHandler('order.created', { handle: onLogin });
    // @ts-expect-error: orders only, but cancellations come too
    consumer.registerHandler(['order.created', 'order.cancelled'], onOrder);
    // @ts-expect-error: no such event type
    consumer.registerHandler('order.exploded', onOrder);
    // @ts-expect-error: a handler of another payload
    consumer.registerHandler(parcelWeighed, onOrder);
  });
});

describe('@KafkaHandler', () => {
  it('fits a class or a method that takes the event', () => {
    @KafkaHandler('order.created')
    class OnOrder {
      handle(event: OrderCreatedEvent): Promise<void> {
        return onOrder(event);
      }
    }
    class OnMethods {
      @KafkaHandler(['order.created', 'order.cancelled'])
      async ordersOf(event: OrderCreatedEvent | OrderCancelledEvent): Promise<void> {
        expectTypeOf(event.data.orderId).toEqualTypeOf<string>();
      }
    }
    expectTypeOf<[OnOrder, OnMethods]>().toBeObject();
  });

  it('fits no other', () => {
    // @ts-expect-error: a handler of logins
    @KafkaHandler('order.created')
    class OnLogin {
      handle(event: UserLoginEvent): Promise<void> {
        return onLogin(event);
      }
    }
    // @ts-expect-error: nothing to call
    @KafkaHandler('order.created')
    class WithoutHandle {}
    class OnMethods {
      // @ts-expect-error: orders only, but cancellations come too
      @KafkaHandler(['order.created', 'order.cancelled'])
      orders(event: OrderCreatedEvent): Promise<void> {
        return onOrder(event);
      }
    }
    // @ts-expect-error: no such event type
    KafkaHandler('order.exploded');
    expectTypeOf<[OnLogin, WithoutHandle, OnMethods]>().toBeObject();
  });
});
