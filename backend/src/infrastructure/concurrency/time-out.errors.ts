import { CodedError } from '@/infrastructure/errors/coded-error';

/** A handler did not end within its `timeoutMs`. What it wrote in its transaction was rolled back. */
export class HandlerTimeoutError extends CodedError {
  readonly code = 'HANDLER_TIMED_OUT';
  readonly retryable = true;

  constructor(readonly timeoutMs: number) {
    super(`The handler did not end within ${timeoutMs} ms.`);
  }
}
