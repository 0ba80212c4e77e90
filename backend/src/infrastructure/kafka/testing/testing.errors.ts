import { CodedError } from '@/infrastructure/errors/coded-error';

/** A probe waited for an outcome that did not come; the message says what came instead. */
export class OutcomeNotSeenError extends CodedError {
  readonly code = 'OUTCOME_NOT_SEEN';
  readonly retryable = false;
}

/** A delivery to a handler under test could not be brought about, so nothing is known about the handler. */
export class HandlerNotTestableError extends CodedError {
  readonly code = 'HANDLER_NOT_TESTABLE';
  readonly retryable = false;
}
