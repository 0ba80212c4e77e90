import type { PaymentIntent } from '../domain/payment-intent.ts';
import type { Refund } from '../domain/refund.ts';
import { StripeFailure } from '../errors/stripe-failure.ts';
import type { Page } from '../store/collection.ts';

/** A PaymentIntent as Stripe's API shows it. */
export function intentOnWire(intent: PaymentIntent): Record<string, unknown> {
  return {
    id: intent.id,
    object: 'payment_intent',
    amount: intent.amount,
    amount_capturable: 0,
    amount_received: intent.received,
    automatic_payment_methods: null,
    canceled_at: intent.canceledAt,
    cancellation_reason: intent.cancellationReason,
    capture_method: 'automatic',
    client_secret: intent.secret,
    confirmation_method: 'automatic',
    created: intent.createdAt,
    currency: intent.currency,
    customer: null,
    description: intent.description,
    last_payment_error: lastPaymentError(intent),
    latest_charge: intent.charge,
    livemode: false,
    metadata: intent.metadata,
    next_action: null,
    payment_method: intent.paymentMethod,
    payment_method_types: ['card'],
    processing: null,
    receipt_email: null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor: null,
    status: intent.status,
  };
}

export function refundOnWire(refund: Refund): Record<string, unknown> {
  return {
    id: refund.id,
    object: 'refund',
    amount: refund.amount,
    balance_transaction: null,
    charge: refund.charge,
    created: refund.createdAt,
    currency: refund.currency,
    ...(refund.failureReason === null ? {} : { failure_reason: refund.failureReason }),
    metadata: refund.metadata,
    payment_intent: refund.intent,
    reason: refund.reason,
    receipt_number: null,
    status: refund.status,
  };
}

export function listOnWire<T>(url: string, page: Page<T>, render: (item: T) => unknown): unknown {
  return { object: 'list', data: page.items.map(render), has_more: page.hasMore, url };
}

/** The 402 that a declined confirmation is answered with; the intent stands in it as it is after the decline. */
export function declineOf(intent: PaymentIntent): StripeFailure {
  const decline = intent.lastDecline;
  if (decline === null) throw new TypeError(`${intent.id} was not declined`);
  return new StripeFailure(402, 'card_error', decline.message, {
    code: decline.code,
    decline_code: decline.declineCode,
    charge: decline.charge,
    payment_intent: intentOnWire(intent),
  });
}

function lastPaymentError({ lastDecline }: PaymentIntent): unknown {
  if (lastDecline === null) return null;
  return {
    charge: lastDecline.charge,
    code: lastDecline.code,
    decline_code: lastDecline.declineCode,
    message: lastDecline.message,
    payment_method: { id: lastDecline.paymentMethod, object: 'payment_method', type: 'card' },
    type: 'card_error',
  };
}
