import type { Intent, Refund } from '../domain/intent';

export interface IntentRequest {
  readonly orderId: string;
  readonly userId: string;
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly paymentMethod: string;
}

/**
 * A payment provider. Every act is safe to repeat under its key. Rejects with `PaymentRefusedError` (definitive),
 * `UnexpectedIntentStateError` (look again), `PaymentOutcomeUnknownError` (the act may have happened) or
 * `CircuitOpenError` (it has not: the provider did not answer others, so it was not asked).
 */
export interface PaymentProvider {
  /** An unconfirmed intent: nothing is captured by it. */
  createIntent(request: IntentRequest, key: string): Promise<Intent>;
  retrieveIntent(id: string): Promise<Intent>;
  confirmIntent(id: string, key: string): Promise<Intent>;
  cancelIntent(id: string, key: string): Promise<Intent>;
  refund(intentId: string, key: string): Promise<Refund>;
  refundsOf(intentId: string): Promise<readonly Refund[]>;
}

export const PAYMENT_PROVIDER = Symbol('PaymentProvider');
