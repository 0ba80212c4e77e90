import type { Order } from '../domain/order';
import type { Catalogue } from '../domain/validate-order';

export const ORDER_SAGA = 'order';

/** All that the steps need to know; kept with the saga, so it must stay readable. */
export interface OrderSagaContext {
  readonly order: Order;
  /** ISO 4217. */
  readonly currency: string;
  /** What to check the order against; absent when our own route priced it. */
  readonly catalogue?: Catalogue;
}
