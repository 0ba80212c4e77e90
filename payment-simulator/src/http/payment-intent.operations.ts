import { newId } from '../domain/ids.ts';
import type { CancellationReason, Confirmation, PaymentIntent } from '../domain/payment-intent.ts';
import { cancelIntent, confirmIntent, draftIntent } from '../domain/payment-intent.ts';
import { testCard } from '../domain/test-cards.ts';
import { invalidRequest, noSuch, StripeFailure } from '../errors/stripe-failure.ts';
import type { FormReader } from './form.ts';
import type { Operation, OperationContext, OperationOutcome } from './operation.ts';
import { declineOf } from './wire.ts';

interface CreateParams {
  readonly amount: number;
  readonly currency: string;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly paymentMethod: string | undefined;
  readonly confirm: boolean;
}

interface ConfirmParams {
  readonly paymentMethod: string | undefined;
}

interface CancelParams {
  readonly reason: CancellationReason | null;
}

const LARGEST_AMOUNT = 99_999_999;
const CANCELLATION_REASONS = ['duplicate', 'fraudulent', 'requested_by_customer', 'abandoned'] as const;
const WITHOUT_EFFECT = ['off_session', 'return_url', 'receipt_email', 'error_on_requires_action'] as const;

export const createPaymentIntent: Operation<CreateParams> = {
  read(form) {
    const amount = form.requiredInteger('amount', { min: 1, max: LARGEST_AMOUNT });
    const currency = form.requiredText('currency').toLowerCase();
    if (!/^[a-z]{3}$/.test(currency)) {
      throw invalidRequest(`Invalid currency: ${currency}`, { param: 'currency' });
    }
    const paymentMethod = readPaymentMethod(form);
    const confirm = form.boolean('confirm');
    const description = form.text('description') ?? null;
    const metadata = form.metadata();
    form.oneOf('capture_method', ['automatic', 'automatic_async']);
    form.ignore(
      ...WITHOUT_EFFECT,
      'payment_method_types',
      'automatic_payment_methods',
      'confirmation_method',
      'statement_descriptor',
      'statement_descriptor_suffix',
      'shipping',
    );
    if (confirm && paymentMethod === undefined) {
      throw invalidRequest('You must provide a payment method when confirm is true.', {
        code: 'parameter_missing',
        param: 'payment_method',
      });
    }
    return { amount, currency, description, metadata, paymentMethod, confirm };
  },

  kind: ({ confirm }) => (confirm ? 'confirm' : 'create'),

  act({ confirm, paymentMethod, ...draft }, context) {
    const { store, at, maxPayments } = context;
    if (store.intents.size >= maxPayments) {
      throw new StripeFailure(
        503,
        'api_error',
        `The simulator keeps ${maxPayments} payments and has no room.`,
      );
    }
    const id = newId.intent();
    const intent = draftIntent({
      ...draft,
      id,
      secret: newId.secret(id),
      createdAt: at,
      paymentMethod: paymentMethod ?? null,
    });
    return confirm ? confirmed(intent, undefined, context) : { intent };
  },
};

export const confirmPaymentIntent: Operation<ConfirmParams> = {
  read(form) {
    form.ignore(...WITHOUT_EFFECT, 'payment_method_types');
    return { paymentMethod: readPaymentMethod(form) };
  },
  kind: () => 'confirm',
  act: ({ paymentMethod }, context, id) => confirmed(findIntent(context, id), paymentMethod, context),
};

export const cancelPaymentIntent: Operation<CancelParams> = {
  read: (form) => ({ reason: form.oneOf('cancellation_reason', CANCELLATION_REASONS) ?? null }),
  kind: () => 'cancel',
  act: ({ reason }, context, id) => ({
    intent: cancelIntent(findIntent(context, id), context.at, reason),
  }),
};

function confirmed(
  intent: PaymentIntent,
  paymentMethod: string | undefined,
  { fault, decline }: Pick<OperationContext, 'fault' | 'decline'>,
): OperationOutcome {
  const confirmation: Confirmation = {
    charge: newId.charge(),
    paymentMethod,
    refusal: fault === 'decline' ? decline : undefined,
  };
  const outcome = confirmIntent(intent, confirmation);
  return outcome.declined
    ? { intent: outcome.intent, failure: declineOf(outcome.intent) }
    : { intent: outcome.intent };
}

function findIntent({ store }: OperationContext, id: string): PaymentIntent {
  const intent = store.intents.get(id);
  if (intent === undefined) throw noSuch('payment_intent', id, 'intent');
  return intent;
}

function readPaymentMethod(form: FormReader): string | undefined {
  const name = form.text('payment_method');
  if (name !== undefined && testCard(name) === undefined) {
    throw noSuch('PaymentMethod', name, 'payment_method', 400);
  }
  return name;
}
