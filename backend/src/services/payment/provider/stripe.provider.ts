import Stripe from 'stripe';
import type { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import type { DependencyBreaker } from '@/infrastructure/kafka/breaker/dependency-breaker';
import { isNoAnswer } from '@/infrastructure/kafka/breaker/dependency-failures';
import type { Intent, Refund } from '../domain/intent';
import type { IntentRequest, PaymentProvider } from './payment-provider.port';
import {
  PaymentOutcomeUnknownError,
  PaymentRefusedError,
  UnexpectedIntentStateError,
} from './payment.errors';
import { refusalOf, toIntent, toRefund } from './stripe-intent';

/** Nobody is there to be sent to another page. */
const WITHOUT_REDIRECTS = { enabled: true, allow_redirects: 'never' } as const;

/** Short beside the saga's deadline for a payment. */
const LONGEST_OPEN_MS = 10_000;

/** Stripe, or the simulator that speaks its wire form. Never repeats a call by itself. */
export class StripeProvider implements PaymentProvider {
  private readonly breaker: DependencyBreaker;

  constructor(
    private readonly stripe: Stripe,
    breakers: Breakers,
  ) {
    this.breaker = breakers.of('payment-provider', { isFailure: isAway, longestOpenMs: LONGEST_OPEN_MS });
  }

  createIntent(request: IntentRequest, idempotencyKey: string): Promise<Intent> {
    const { orderId, userId, amountMinor, currency, paymentMethod } = request;
    return this.answered(async () =>
      toIntent(
        await this.stripe.paymentIntents.create(
          {
            amount: amountMinor,
            currency: currency.toLowerCase(),
            payment_method: paymentMethod,
            automatic_payment_methods: WITHOUT_REDIRECTS,
            metadata: { orderId, userId },
          },
          { idempotencyKey },
        ),
      ),
    );
  }

  retrieveIntent(id: string): Promise<Intent> {
    return this.answered(async () => toIntent(await this.stripe.paymentIntents.retrieve(id)));
  }

  confirmIntent(id: string, idempotencyKey: string): Promise<Intent> {
    return this.answered(async () =>
      toIntent(await this.stripe.paymentIntents.confirm(id, {}, { idempotencyKey })),
    );
  }

  cancelIntent(id: string, idempotencyKey: string): Promise<Intent> {
    return this.answered(async () =>
      toIntent(await this.stripe.paymentIntents.cancel(id, {}, { idempotencyKey })),
    );
  }

  refund(intentId: string, idempotencyKey: string): Promise<Refund> {
    return this.answered(async () =>
      toRefund(await this.stripe.refunds.create({ payment_intent: intentId }, { idempotencyKey })),
    );
  }

  refundsOf(intentId: string): Promise<readonly Refund[]> {
    return this.answered(async () => {
      const { data } = await this.stripe.refunds.list({ payment_intent: intentId, limit: 100 });
      return data.map(toRefund);
    });
  }

  private async answered<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await this.breaker.execute(call);
    } catch (error) {
      throw translate(error);
    }
  }
}

/** No answer, 429 or 5xx; a decline, a malformed request or a wrong key is an answer. */
const isAway = (error: unknown) => error instanceof Stripe.errors.StripeConnectionError || isNoAnswer(error);

const isServerError = (error: unknown) =>
  error instanceof Stripe.errors.StripeAPIError && (error.statusCode ?? 0) >= 500;

/** Only a decline and a malformed request are definitive; everything else leaves the outcome open. */
function translate(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { code, decline_code, message } = error;
  if (error instanceof Stripe.errors.StripeCardError) {
    return new PaymentRefusedError(refusalOf({ code, decline_code, message }), error);
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    if (code === 'payment_intent_unexpected_state') return new UnexpectedIntentStateError(error);
    const unknownMethod = code === 'resource_missing' && error.param === 'payment_method';
    return new PaymentRefusedError(
      refusalOf({ code: unknownMethod ? 'payment_method_unknown' : code, message }),
      error,
    );
  }
  const keySpent = isServerError(error) || error instanceof Stripe.errors.StripeIdempotencyError;
  return new PaymentOutcomeUnknownError(`The payment provider does not say: ${message}`, keySpent, error);
}
