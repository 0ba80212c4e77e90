import type { Refusal } from './payment';

/**
 * `open`: not confirmed yet. `processing`: the outcome is not known yet. `declined` and `action` (a person would
 * have to authenticate) are not captured, and can still be cancelled.
 */
export type IntentState = 'open' | 'processing' | 'succeeded' | 'cancelled' | 'declined' | 'action';

/** A charge at the provider, as it was when it was last looked at. */
export interface Intent {
  readonly id: string;
  readonly state: IntentState;
  readonly capturedMinor: number;
  readonly refusal?: Refusal;
}

/** `failed`: the provider has given it up, and the money is still with us. */
export type RefundState = 'succeeded' | 'pending' | 'failed';

export interface Refund {
  readonly id: string;
  readonly amountMinor: number;
  readonly state: RefundState;
}
