import type Stripe from 'stripe';
import type { Intent, IntentState, Refund, RefundState } from '../domain/intent';
import type { Refusal } from '../domain/payment';

const STATES: Readonly<Record<string, IntentState>> = {
  requires_confirmation: 'open',
  requires_payment_method: 'declined',
  requires_action: 'action',
  processing: 'processing',
  requires_capture: 'processing',
  succeeded: 'succeeded',
  canceled: 'cancelled',
};

export function toIntent(intent: Stripe.PaymentIntent): Intent {
  const state = STATES[intent.status] ?? 'processing';
  const error = intent.last_payment_error;
  return {
    id: intent.id,
    state,
    capturedMinor: intent.amount_received,
    ...(state === 'declined' ? { refusal: refusalOf(error ?? {}) } : {}),
  };
}

const REFUND_STATES: Readonly<Record<string, RefundState>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
};

/** A refund that waits for somebody (`requires_action`), or for money on the account, is `pending`. */
export function toRefund({ id, amount, status }: Stripe.Refund): Refund {
  return { id, amountMinor: amount, state: REFUND_STATES[status ?? ''] ?? 'pending' };
}

interface StripeFailure {
  readonly code?: string | undefined;
  readonly decline_code?: string | undefined;
  readonly message?: string | undefined;
}

/** `insufficient_funds` becomes `INSUFFICIENT_FUNDS`; a decline without a reason is `CARD_DECLINED`. */
export function refusalOf({ code, decline_code: decline, message }: StripeFailure): Refusal {
  const reason = decline && decline !== 'generic_decline' ? decline : code;
  return {
    code: (reason ?? 'payment_failed').toUpperCase(),
    message: message ?? 'The payment did not go through.',
  };
}
