import { CodedError } from '@/infrastructure/errors/coded-error';

/** There is no product of this id. */
export class ProductNotFoundError extends CodedError {
  readonly code = 'PRODUCT_NOT_FOUND';
  readonly retryable = false;
  override readonly status = 404;

  constructor(productId: string) {
    super(`There is no product '${productId}'.`);
  }
}
