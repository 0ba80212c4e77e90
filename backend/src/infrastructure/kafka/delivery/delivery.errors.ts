import { CodedError } from '@/infrastructure/errors/coded-error';

/** The partition belongs to a later owner; this run's effect was rolled back. */
export class FencedError extends CodedError {
  readonly code = 'FENCED';
  readonly retryable = false;
}
