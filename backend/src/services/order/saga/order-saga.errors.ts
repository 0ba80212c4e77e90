import { CodedError } from '@/infrastructure/errors/coded-error';
import type { Refusal } from '@/infrastructure/saga/saga-definition';

/** A step did not succeed, and the saga takes back what was done before it. */
export class OrderSagaStepError extends CodedError {
  readonly code = 'ORDER_SAGA_STEP_FAILED';
  readonly retryable = false;

  constructor(
    readonly orderId: string,
    readonly step: string,
    readonly reason: Refusal | null,
  ) {
    super(
      `Order '${orderId}': step '${step}' failed: ${reason ? `${reason.code}: ${reason.message}` : 'unknown'}`,
    );
  }
}

/** Compensation was refused for good somewhere; a person has to look, and the saga can be resumed. */
export class OrderNeedsAttentionError extends CodedError {
  readonly code = 'ORDER_NEEDS_ATTENTION';
  readonly retryable = false;

  constructor(readonly orderId: string) {
    super(`Order '${orderId}' could not be compensated whole and needs a person's attention.`);
  }
}

/** The order is stamped for the other flow; a saga beside it would do everything twice. */
export class OrderFlowMismatchError extends CodedError {
  readonly code = 'ORDER_FLOW_MISMATCH';
  readonly retryable = false;
  override readonly status = 409;

  constructor(orderId: string) {
    super(`Order '${orderId}' is stamped with the flow 'choreography' and has no saga.`);
  }
}

/** An id of the event is empty or too long, or its text has a character that cannot be kept. */
export class UnusableOrderEventError extends CodedError {
  readonly code = 'UNUSABLE_ORDER_EVENT';
  readonly retryable = false;
  override readonly status = 422;

  constructor() {
    super('The order event has an unusable orderId or userId, or text that cannot be kept.');
  }
}
