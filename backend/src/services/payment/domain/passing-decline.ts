import type { Refusal } from './payment';

/** Declines whose next step is to attempt the payment again; https://docs.stripe.com/declines/codes */
const PASSING: ReadonlySet<string> = new Set([
  'APPROVE_WITH_ID',
  'ISSUER_NOT_AVAILABLE',
  'PROCESSING_ERROR',
  'REENTER_TRANSACTION',
  'TRY_AGAIN_LATER',
]);

/** The attempt has failed for good, and a new one may be made. */
export const isPassing = (failure: Refusal | null): boolean => failure !== null && PASSING.has(failure.code);
