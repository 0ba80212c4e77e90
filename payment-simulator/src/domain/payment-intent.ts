import { invalidRequest, StripeFailure } from '../errors/stripe-failure.ts';
import type { CardDecline } from './test-cards.ts';
import { testCard } from './test-cards.ts';

export type PaymentIntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'succeeded'
  | 'canceled';

export type CancellationReason = 'duplicate' | 'fraudulent' | 'requested_by_customer' | 'abandoned';

export interface PaymentIntent {
  readonly id: string;
  readonly secret: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: PaymentIntentStatus;
  readonly createdAt: number;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly paymentMethod: string | null;
  readonly charge: string | null;
  readonly received: number;
  /** Pending refunds count: no more than the rest can be asked for. */
  readonly refunded: number;
  readonly lastDecline: (CardDecline & { readonly charge: string; readonly paymentMethod: string }) | null;
  readonly canceledAt: number | null;
  readonly cancellationReason: CancellationReason | null;
}

export interface PaymentDraft {
  readonly id: string;
  readonly secret: string;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: number;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly paymentMethod: string | null;
}

export interface Confirmation {
  readonly charge: string;
  readonly paymentMethod?: string | undefined;
  /** The bank refuses whatever the card. */
  readonly refusal?: CardDecline | undefined;
}

export interface ConfirmationOutcome {
  readonly intent: PaymentIntent;
  readonly declined: boolean;
}

const OPEN: readonly PaymentIntentStatus[] = ['requires_payment_method', 'requires_confirmation'];

export function draftIntent(draft: PaymentDraft): PaymentIntent {
  return {
    ...draft,
    status: draft.paymentMethod === null ? 'requires_payment_method' : 'requires_confirmation',
    charge: null,
    received: 0,
    refunded: 0,
    lastDecline: null,
    canceledAt: null,
    cancellationReason: null,
  };
}

export function confirmIntent(intent: PaymentIntent, confirmation: Confirmation): ConfirmationOutcome {
  if (!OPEN.includes(intent.status)) throw notConfirmable(intent);
  const paymentMethod = confirmation.paymentMethod ?? intent.paymentMethod;
  if (paymentMethod === null) throw missingPaymentMethod();
  const decline = confirmation.refusal ?? testCard(paymentMethod)?.decline;
  if (decline !== undefined) {
    const lastDecline = { ...decline, charge: confirmation.charge, paymentMethod };
    return {
      intent: {
        ...intent,
        status: 'requires_payment_method',
        paymentMethod: null,
        charge: confirmation.charge,
        lastDecline,
      },
      declined: true,
    };
  }
  return {
    intent: {
      ...intent,
      status: 'succeeded',
      paymentMethod,
      charge: confirmation.charge,
      received: intent.amount,
      lastDecline: null,
    },
    declined: false,
  };
}

export function cancelIntent(
  intent: PaymentIntent,
  at: number,
  reason: CancellationReason | null,
): PaymentIntent {
  if (!OPEN.includes(intent.status)) throw notCancelable(intent);
  return { ...intent, status: 'canceled', canceledAt: at, cancellationReason: reason };
}

/** The intent's state at the refusal is part of the answer; the caller fills it in on the wire. */
export class UnexpectedStateFailure extends StripeFailure {
  constructor(message: string) {
    super(400, 'invalid_request_error', message, { code: 'payment_intent_unexpected_state' });
    this.name = 'UnexpectedStateFailure';
  }
}

function notConfirmable(intent: PaymentIntent): StripeFailure {
  return new UnexpectedStateFailure(
    intent.status === 'succeeded'
      ? 'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.'
      : `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
  );
}

function notCancelable(intent: PaymentIntent): StripeFailure {
  return new UnexpectedStateFailure(
    `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. ` +
      `Only a PaymentIntent with one of the following statuses may be canceled: ${OPEN.join(', ')}.`,
  );
}

function missingPaymentMethod(): StripeFailure {
  return invalidRequest("You cannot confirm this PaymentIntent because it's missing a payment method.", {
    code: 'payment_intent_unexpected_state',
    param: 'payment_method',
  });
}
