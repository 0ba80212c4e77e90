import type { EventConsumerService } from '@/infrastructure/kafka';
import type { BuiltProduct } from './built-product.ts';

/** The products of an order for which a handler fails, as `order-kinds.ts` places them. */
const [PARKED, DEAD, PASSED_OVER] = ['prod-014', 'prod-018', 'prod-020'];
/** From the first run in a process; an operator who is quicker sees the event die once more. */
const DIES_FOR_MS = 300;

const GIVES_UP = { retry: { fatal: ['NO_FURTHER_RUN_HELPS'] } };

class NoFurtherRunHelps extends Error {
  readonly code = 'NO_FURTHER_RUN_HELPS';
}

/** Has handlers fail for certain products, so that their events are parked, and die until an operator decides. */
export function failHandlers(product: BuiltProduct): void {
  const { OnReservationRequestedHandler, PaymentChoreographyHandler, handlerDeclarations } = product;
  for (const { options } of handlerDeclarations(PaymentChoreographyHandler)) Object.assign(options, GIVES_UP);
  const { onModuleInit, reserve } = OnReservationRequestedHandler.prototype;
  OnReservationRequestedHandler.prototype.onModuleInit = function () {
    const { consumer } = this as unknown as { readonly consumer: EventConsumerService };
    const register: EventConsumerService['registerBatchHandler'] = (
      events: never,
      handler: never,
      options: object = {},
    ) => consumer.registerBatchHandler(events, handler, { ...options, ...GIVES_UP });
    const strict = Object.create(consumer, { registerBatchHandler: { value: register } });
    onModuleInit.call(Object.create(this, { consumer: { value: strict } }));
  };

  const diesUntil = new Map<string, number>();
  OnReservationRequestedHandler.prototype.reserve = function (batch) {
    for (const { event, context } of batch) {
      const { items, orderId } = event.data;
      if (has(items, PARKED) && context.attempt === 1) throw new Error('The first run fails.');
      if (!has(items, DEAD)) continue;
      // A batch that fails costs no attempt: each of its events runs alone then.
      if (batch.length > 1) throw new Error('It dies alone.');
      const until = diesUntil.get(orderId) ?? Date.now() + DIES_FOR_MS;
      diesUntil.set(orderId, until);
      if (Date.now() < until) throw new NoFurtherRunHelps('It dies for now.');
    }
    return reserve.call(this, batch);
  };

  const { onOrderCreated } = PaymentChoreographyHandler.prototype;
  PaymentChoreographyHandler.prototype.onOrderCreated = function (event) {
    if (has(event.data.items, PASSED_OVER)) throw new NoFurtherRunHelps('It always dies.');
    return onOrderCreated.call(this, event);
  };
}

const has = (items: readonly { readonly productId: string }[], wanted: string | undefined): boolean =>
  items.some(({ productId }) => productId === wanted);
