import type { Intent, Refund } from './intent';
import type { PaymentStatus } from './payment';

export type UndoStep = 'voided' | 'cancel' | 'refund' | 'wait';

/** The next step towards "not paid", by what the intent is now. */
export function undoStep({ state }: Intent): UndoStep {
  switch (state) {
    case 'cancelled':
      return 'voided';
    case 'succeeded':
      return 'refund';
    case 'processing':
      return 'wait';
    case 'open':
    case 'declined':
    case 'action':
      return 'cancel';
  }
}

export type RefundStep =
  | { readonly kind: 'refund' | 'wait' }
  | { readonly kind: 'refunded'; readonly amountMinor: number; readonly refundId: string };

/**
 * The next step of a refund, by the refunds that there are: those that somebody made by hand count, and what is left
 * is refunded. A pending one may still fail, so it is no end, but it is not doubled either.
 */
export function refundStep(capturedMinor: number, refunds: readonly Refund[]): RefundStep {
  const standing = refunds.filter(({ state }) => state !== 'failed');
  const amountMinor = standing.reduce((sum, refund) => sum + refund.amountMinor, 0);
  const last = standing[0];
  if (!last || amountMinor < capturedMinor) return { kind: 'refund' };
  if (standing.some(({ state }) => state === 'pending')) return { kind: 'wait' };
  return { kind: 'refunded', amountMinor, refundId: last.id };
}

export type UndoEnd = 'voided' | 'refunded' | 'refund_refused';

/** Whether a run may write what its undoing came to. That the money is back is true whatever another run was refused. */
export function mayEndUndo(status: PaymentStatus, end: UndoEnd): boolean {
  return status === 'voiding' || (status === 'refund_refused' && end !== 'refund_refused');
}
