import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';
import { RetryLaterError } from '@/infrastructure/http/http.errors';

/** What a client can get wrong about an order. */
abstract class OrderError extends CodedError {
  readonly retryable = false;
}

/** A new order needs a usable `Idempotency-Key`, so that a repeated request is not a second order. */
export class IdempotencyKeyRequiredError extends OrderError {
  readonly code = 'IDEMPOTENCY_KEY_REQUIRED';
  override readonly status = 400;

  constructor() {
    super('Send an Idempotency-Key header of 1 to 255 visible characters, a new one for each order.', {
      faults: [{ path: 'headers.idempotency-key', message: 'is missing or not usable' }],
    });
  }
}

/** The key belongs to an order with another body; nothing was changed. */
export class IdempotencyKeyReusedError extends OrderError {
  readonly code = 'IDEMPOTENCY_KEY_REUSED';
  override readonly status = 422;

  constructor() {
    super('This Idempotency-Key has been used for an order with another body.');
  }
}

/** The order names products that the shop does not know; each fault names one. */
export class UnknownProductError extends OrderError {
  readonly code = 'UNKNOWN_PRODUCT';
  override readonly status = 422;

  constructor(faults: readonly Fault[]) {
    super('The order names a product that the shop does not know.', { faults });
  }
}

/** The shop is new, and this service has not heard of any product yet. */
export class CatalogueNotReadyError extends RetryLaterError {
  readonly code = 'CATALOGUE_NOT_READY';
  override readonly status = 503;
  readonly retryAfterSeconds = 1;

  constructor() {
    super('The shop has just been opened and does not know its products yet.');
  }
}

/** The order names products that are not sold at present; each fault names one. */
export class ProductNotSellableError extends OrderError {
  readonly code = 'PRODUCT_NOT_SELLABLE';
  override readonly status = 422;

  constructor(faults: readonly Fault[]) {
    super('The order names a product that is not sold at present.', { faults });
  }
}

/** The shop has no such coupon. */
export class UnknownCouponError extends OrderError {
  readonly code = 'UNKNOWN_COUPON';
  override readonly status = 422;

  constructor() {
    super('There is no such coupon.', {
      faults: [{ path: 'couponCode', message: 'is not a coupon of this shop' }],
    });
  }
}

/** No such order, or another user's. */
export class OrderNotFoundError extends OrderError {
  readonly code = 'ORDER_NOT_FOUND';
  override readonly status = 404;

  constructor() {
    super('You have no such order.');
  }
}

/** The order is shipped or has ended. */
export class OrderNotCancellableError extends OrderError {
  readonly code = 'ORDER_NOT_CANCELLABLE';
  override readonly status = 409;

  constructor(status: string) {
    super(`The order is ${status} and can no longer be cancelled.`);
  }
}

/** Nothing of the order was refused or left unanswered; there is nothing to ask for again. */
export class OrderNotResumableError extends OrderError {
  readonly code = 'ORDER_NOT_RESUMABLE';
  override readonly status = 409;

  constructor(status: string) {
    super(`The order is ${status.replaceAll('_', ' ')}: there is nothing to ask for again.`);
  }
}

/** Only a completed order comes back, and once. */
export class OrderNotReturnableError extends OrderError {
  readonly code = 'ORDER_NOT_RETURNABLE';
  override readonly status = 409;

  constructor(status: string) {
    super(`The order is ${status.replaceAll('_', ' ')} and cannot be returned.`);
  }
}

/** The order has not come to this version, or there is no such order. */
export class OrderVersionNotFoundError extends OrderError {
  readonly code = 'ORDER_VERSION_NOT_FOUND';
  override readonly status = 404;

  constructor(orderId: string, version: number | undefined) {
    super(
      version === undefined
        ? `There is no order '${orderId}'.`
        : `Order '${orderId}' has no version ${version}.`,
    );
  }
}

/** A table that answers this is being made anew from the order streams; orders are taken meanwhile. */
export class OrdersBeingRebuiltError extends RetryLaterError {
  readonly code = 'ORDERS_BEING_REBUILT';
  override readonly status = 503;
  readonly retryAfterSeconds = 5;

  constructor(cause: unknown) {
    super('The list of orders is being made anew; orders are taken all the same.', { cause });
  }
}
