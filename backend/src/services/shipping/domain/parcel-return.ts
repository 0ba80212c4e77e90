import type { Refusal, ShipmentStatus } from './shipment';

export type ReturnStatus = 'returned' | 'cancelled';

export type ReturnDecision =
  | { readonly kind: 'fetch' | 'answer_returned' }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

const NOTHING_TO_RETURN: Refusal = {
  code: 'NOTHING_TO_RETURN',
  message: 'No parcel of this order has left the house.',
};
const CANCELLED: Refusal = {
  code: 'RETURN_CANCELLED',
  message: 'The return had been called off before the parcel was fetched.',
};
const OVERDUE: Refusal = {
  code: 'DEADLINE_PASSED',
  message: 'The request came after its deadline.',
};

export interface KnownOfReturn {
  readonly shipment: ShipmentStatus | undefined;
  readonly parcelReturn: ReturnStatus | undefined;
  readonly overdue: boolean;
}

/** What a request to fetch a parcel back leads to. */
export function onReturnRequested({ shipment, parcelReturn, overdue }: KnownOfReturn): ReturnDecision {
  if (parcelReturn === 'returned') return { kind: 'answer_returned' };
  if (parcelReturn === 'cancelled') return { kind: 'refuse', refusal: CANCELLED };
  if (shipment !== 'created') return { kind: 'refuse', refusal: NOTHING_TO_RETURN };
  return overdue ? { kind: 'refuse', refusal: OVERDUE } : { kind: 'fetch' };
}
