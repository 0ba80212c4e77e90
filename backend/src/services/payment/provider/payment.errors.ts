import { CodedError } from '@/infrastructure/errors/coded-error';
import type { Refusal } from '../domain/payment';

/** The provider's definitive no. */
export class PaymentRefusedError extends CodedError {
  readonly code = 'PAYMENT_REFUSED';
  readonly retryable = false;

  constructor(
    readonly refusal: Refusal,
    cause?: unknown,
  ) {
    super(`The payment provider refused: ${refusal.code}: ${refusal.message}`, { cause });
  }
}

/** The intent has moved on since we looked; what it is now decides. */
export class UnexpectedIntentStateError extends CodedError {
  readonly code = 'PAYMENT_INTENT_MOVED';
  readonly retryable = true;

  constructor(cause: unknown) {
    super('The payment intent is in another state than it was.', { cause });
  }
}

/** No answer, or none that says whether the act happened. It is looked up before anything else is done. */
export class PaymentOutcomeUnknownError extends CodedError {
  readonly code = 'PAYMENT_OUTCOME_UNKNOWN';
  readonly retryable = true;

  constructor(
    message: string,
    /**
     * The key leads nowhere any more: the provider repeats the server error that it answered first, or knows the key by
     * other parameters. The next act needs a new one.
     */
    readonly keySpent: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
