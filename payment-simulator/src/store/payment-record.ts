import type { PaymentIntent } from '../domain/payment-intent.ts';
import type { Refund } from '../domain/refund.ts';

/** The answer that goes with an idempotency key, kept in the same record as the act it answers. */
export interface SavedAnswer {
  readonly key: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly status: number;
  /** Absent: the answer is the record's refund, or else its intent. */
  readonly error?: unknown;
}

/** One line item of the journal: the new state of what changed, and the answer. All of it or nothing. */
export interface PaymentRecord {
  readonly at: number;
  readonly intent?: PaymentIntent;
  readonly refund?: Refund;
  readonly answer?: SavedAnswer;
}
