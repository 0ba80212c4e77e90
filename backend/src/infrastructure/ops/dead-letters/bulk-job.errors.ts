import { CodedError } from '@/infrastructure/errors/coded-error';

/** No process that answers has a bulk act with this id; ended ones are kept for thirty days. */
export class BulkJobNotFoundError extends CodedError {
  readonly code = 'BULK_ACT_NOT_FOUND';
  readonly retryable = false;
  override readonly status = 404;

  constructor(id: string) {
    super(`There is no bulk act '${id}'.`);
  }
}
