import type { Intent } from './intent';
import { DEADLINE_PASSED, type PaymentStatus, type Refusal } from './payment';

export const CANCELLED: Refusal = {
  code: 'PAYMENT_CANCELLED',
  message: 'The order had been taken back before its payment was made.',
};
const AUTHENTICATION_REQUIRED: Refusal = {
  code: 'AUTHENTICATION_REQUIRED',
  message: 'The bank asks the card holder to confirm, which is not possible here.',
};
const DECLINED: Refusal = { code: 'PAYMENT_FAILED', message: 'The payment did not go through.' };

export type ChargeStep =
  | { readonly kind: 'confirm' | 'complete' | 'wait' }
  /** `cancel`: the intent could still be captured, so it is made sure first that it is not. */
  | { readonly kind: 'cancel' | 'fail'; readonly refusal: Refusal };

/** The next step towards a capture, by what the intent is now. After the deadline none is begun. */
export function chargeStep({ state, refusal }: Intent, overdue: boolean): ChargeStep {
  switch (state) {
    case 'open':
      return overdue ? { kind: 'cancel', refusal: DEADLINE_PASSED } : { kind: 'confirm' };
    case 'action':
      return { kind: 'cancel', refusal: AUTHENTICATION_REQUIRED };
    case 'succeeded':
      return { kind: 'complete' };
    case 'declined':
      return { kind: 'fail', refusal: refusal ?? DECLINED };
    case 'cancelled':
      return { kind: 'fail', refusal: overdue ? DEADLINE_PASSED : CANCELLED };
    case 'processing':
      return { kind: 'wait' };
  }
}

export interface Charged {
  readonly status: PaymentStatus;
  readonly intentId: string | null;
}

/**
 * Whether a run for a request may write what it saw of an intent. Another run may have taken the payment back, have
 * answered the request, or have come to another attempt with another intent, of which this one knows nothing.
 */
export function mayEnd(
  { status, intentId, answered }: Charged & { readonly answered: readonly string[] },
  seen: string | null,
  requestId: string,
): boolean {
  return status === 'open' && intentId === seen && !answered.includes(requestId);
}

/** What becomes of an intent that a run has just made: only the one that the payment names is ever confirmed. */
export function onIntentMade(
  payment: Charged | undefined,
  made: string,
): 'keep' | 'use_other' | 'taken_back' {
  if (payment?.status !== 'open') return 'taken_back';
  return payment.intentId === null || payment.intentId === made ? 'keep' : 'use_other';
}
