import { isPassing } from './passing-decline';

/**
 * `open` may still be charged. `voiding` has been asked to be not paid and is never confirmed again; it ends
 * `voided` (nothing was captured), `refunded` or `refund_refused`.
 */
export type PaymentStatus =
  | 'open'
  | 'succeeded'
  | 'failed'
  | 'voiding'
  | 'voided'
  | 'refunded'
  | 'refund_refused';

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export interface Requested {
  readonly status: PaymentStatus;
  readonly failure: Refusal | null;
  /** The requests that an attempt was made for. */
  readonly requests: readonly string[];
  /** The requests, for a payment or its undoing, whose answer was committed. */
  readonly answered: readonly string[];
}

export type RequestDecision =
  | 'charge'
  | 'charge_again'
  | 'answer_completed'
  | 'answer_failed'
  | 'refuse_cancelled'
  | 'nothing';

/**
 * What a request for payment leads to, by what is known of the order's payment. After a passing decline a request of
 * its own makes another attempt. A request that comes again after its answer leads to nothing: the answer was
 * committed with the row that says so, and an outbox loses none.
 */
export function onRequested(payment: Requested, requestId: string): RequestDecision {
  if (payment.answered.includes(requestId)) return 'nothing';
  switch (payment.status) {
    case 'open':
      return 'charge';
    case 'succeeded':
      return 'answer_completed';
    case 'failed':
      return mayTryAgain(payment, requestId) ? 'charge_again' : 'answer_failed';
    case 'voiding':
    case 'voided':
    case 'refunded':
    case 'refund_refused':
      return 'refuse_cancelled';
  }
}

/** Where it is not known what was asked for, a request may be an old one that comes again. */
function mayTryAgain({ failure, requests }: Requested, requestId: string): boolean {
  return isPassing(failure) && requests.length > 0 && !requests.includes(requestId);
}

export type UndoDecision = 'make_not_paid' | 'answer_refunded' | 'nothing';

/**
 * What "make it not paid" leads to; a payment that was never requested is `voided` before this is asked. After a refusal
 * a request that comes again is tried again, since another run of it may have brought the money back.
 */
export function onUndoRequested(
  { status, answered }: Pick<Requested, 'status' | 'answered'>,
  requestId: string,
): UndoDecision {
  if (status !== 'voided' && status !== 'refunded') return 'make_not_paid';
  return answered.includes(requestId) ? 'nothing' : 'answer_refunded';
}

export interface PaymentTerms {
  readonly amountMinor: number | undefined;
  readonly paymentMethod: string;
  readonly overdue: boolean;
}

export const DEADLINE_PASSED: Refusal = {
  code: 'DEADLINE_PASSED',
  message: 'The request came after its deadline.',
};

/** The reason not even to ask the provider. */
export function termsFault({ amountMinor, paymentMethod, overdue }: PaymentTerms): Refusal | undefined {
  if (amountMinor === undefined || amountMinor <= 0) {
    return { code: 'INVALID_AMOUNT', message: 'The amount is not a whole, positive number of minor units.' };
  }
  if (paymentMethod === '') {
    return { code: 'PAYMENT_METHOD_MISSING', message: 'The request names no means of payment.' };
  }
  return overdue ? DEADLINE_PASSED : undefined;
}
