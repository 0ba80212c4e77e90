import { ORDER_SAGA } from '../saga/order-saga.context';

export const RETURN_SAGA = 'return';

/** An order's sagas take turns. */
export const ORDER_LOCK = ORDER_SAGA;

export interface ReturnSagaContext {
  readonly orderId: string;
  readonly userId: string;
  /** ISO 4217. */
  readonly currency: string;
}
