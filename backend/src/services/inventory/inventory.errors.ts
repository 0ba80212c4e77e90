import { CodedError } from '@/infrastructure/errors/coded-error';
import type { Refusal } from './domain/reservation';

/** Stock is taken for an order and once per order, so it must be said for which. */
export class OrderReferenceRequiredError extends CodedError {
  readonly code = 'ORDER_REFERENCE_REQUIRED';
  readonly retryable = false;

  constructor() {
    super('No event with an order is being handled: pass { orderId } to deductStock.');
  }
}

/** The product's creation comes on another topic and may not have been handled yet. */
export class ProductNotKnownYetError extends CodedError {
  readonly code = 'PRODUCT_NOT_KNOWN_YET';
  readonly retryable = true;

  constructor(productId: string | undefined) {
    super(`The stock of '${productId}' is not known yet.`);
  }
}

/** There are fewer pieces than asked for; no stock was taken. */
export class StockNotAvailableError extends CodedError {
  readonly code = 'STOCK_NOT_AVAILABLE';
  readonly retryable = false;
  override readonly status = 409;

  constructor(readonly refusal: Refusal) {
    super(`${refusal.code}: ${refusal.message}`);
  }
}
