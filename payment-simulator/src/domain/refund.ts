import { invalidRequest } from '../errors/stripe-failure.ts';
import type { PaymentIntent } from './payment-intent.ts';
import { UnexpectedStateFailure } from './payment-intent.ts';
import { testCard } from './test-cards.ts';

export type RefundReason = 'duplicate' | 'fraudulent' | 'requested_by_customer';

export interface Refund {
  readonly id: string;
  readonly intent: string;
  readonly charge: string;
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly reason: RefundReason | null;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly failureReason: string | null;
}

export interface RefundRequest {
  readonly id: string;
  readonly at: number;
  /** Absent: all that is left. */
  readonly amount: number | undefined;
  readonly reason: RefundReason | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** The bank sends the money back whatever the card. */
  readonly refused: boolean;
}

export function refundIntent(
  intent: PaymentIntent,
  request: RefundRequest,
): { intent: PaymentIntent; refund: Refund } {
  if (intent.status !== 'succeeded' || intent.charge === null) {
    throw new UnexpectedStateFailure(
      `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
    );
  }
  const left = intent.received - intent.refunded;
  if (left === 0) {
    throw invalidRequest(`Charge ${intent.charge} has already been refunded.`, {
      code: 'charge_already_refunded',
      charge: intent.charge,
    });
  }
  const amount = request.amount ?? left;
  if (amount > left) {
    throw invalidRequest(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left}).`, {
      code: 'amount_too_large',
      param: 'amount',
      charge: intent.charge,
    });
  }
  const card = intent.paymentMethod === null ? undefined : testCard(intent.paymentMethod);
  const failed = request.refused || card?.refundFails === true;
  const refund: Refund = {
    id: request.id,
    intent: intent.id,
    charge: intent.charge,
    amount,
    currency: intent.currency,
    createdAt: request.at,
    metadata: request.metadata,
    reason: request.reason,
    status: failed ? 'failed' : card?.refundPends ? 'pending' : 'succeeded',
    failureReason: failed ? 'declined' : null,
  };
  return { intent: failed ? intent : { ...intent, refunded: intent.refunded + amount }, refund };
}

/** What the bank says of a pending refund in the end. One that failed can be asked for again. */
export function settleRefund(
  intent: PaymentIntent,
  refund: Refund,
  status: 'succeeded' | 'failed',
): { intent: PaymentIntent; refund: Refund } {
  if (status === 'succeeded') return { intent, refund: { ...refund, status } };
  return {
    intent: { ...intent, refunded: intent.refunded - refund.amount },
    refund: { ...refund, status, failureReason: 'declined' },
  };
}
