import { newId } from '../domain/ids.ts';
import type { PaymentIntent } from '../domain/payment-intent.ts';
import type { RefundReason } from '../domain/refund.ts';
import { refundIntent } from '../domain/refund.ts';
import { invalidRequest, noSuch } from '../errors/stripe-failure.ts';
import type { Operation, OperationContext } from './operation.ts';

interface RefundParams {
  readonly paymentIntent: string | undefined;
  readonly charge: string | undefined;
  readonly amount: number | undefined;
  readonly reason: RefundReason | null;
  readonly metadata: Record<string, string>;
}

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

export const createRefund: Operation<RefundParams> = {
  read(form) {
    const paymentIntent = form.text('payment_intent');
    const charge = form.text('charge');
    if (paymentIntent === undefined && charge === undefined) {
      throw invalidRequest(
        'One of the following params should be provided for this request: charge or payment_intent.',
        {
          code: 'parameter_missing',
          param: 'payment_intent',
        },
      );
    }
    return {
      paymentIntent,
      charge,
      amount: form.integer('amount', { min: 1, max: Number.MAX_SAFE_INTEGER }),
      reason: form.oneOf('reason', REASONS) ?? null,
      metadata: form.metadata(),
    };
  },

  kind: () => 'refund',

  act({ paymentIntent, charge, amount, reason, metadata }, context) {
    return refundIntent(findPaid(context, paymentIntent, charge), {
      id: newId.refund(),
      at: context.at,
      amount,
      reason,
      metadata,
      refused: context.fault === 'decline',
    });
  },
};

function findPaid(
  { store }: OperationContext,
  paymentIntent: string | undefined,
  charge: string | undefined,
): PaymentIntent {
  const byCharge = charge === undefined ? undefined : store.intentOfCharge(charge);
  if (charge !== undefined && byCharge === undefined) throw noSuch('charge', charge, 'charge', 400);
  if (paymentIntent === undefined && byCharge !== undefined) return byCharge;
  const intent = store.intents.get(paymentIntent ?? '');
  if (intent === undefined) throw noSuch('payment_intent', paymentIntent ?? '', 'payment_intent', 400);
  if (byCharge !== undefined && byCharge.id !== intent.id) {
    throw invalidRequest(`Charge ${charge} does not belong to PaymentIntent ${intent.id}.`, {
      param: 'charge',
    });
  }
  return intent;
}
