import { CodedError } from '@/infrastructure/errors/coded-error';
import { MAX_LINES } from './domain/cart';

export class UnknownProductError extends CodedError {
  readonly code = 'PRODUCT_NOT_FOUND';
  readonly retryable = false;
  override readonly status = 404;

  constructor(productId: string) {
    super(`There is no product '${productId}'.`, {
      faults: [{ path: 'productId', message: 'is not a product of this shop' }],
    });
  }
}

/** The cart has as many different products as it can hold. */
export class CartFullError extends CodedError {
  readonly code = 'CART_FULL';
  readonly retryable = false;
  override readonly status = 422;

  constructor() {
    super(`A cart holds at most ${MAX_LINES} different products.`);
  }
}
