/**
 * Codes of `payment.failed` after which the payment may be attempted again: the decline codes, in capitals, whose next
 * step says so in https://docs.stripe.com/declines/codes
 */
export const passingDeclines: readonly string[] = [
  'APPROVE_WITH_ID',
  'ISSUER_NOT_AVAILABLE',
  'PROCESSING_ERROR',
  'REENTER_TRANSACTION',
  'TRY_AGAIN_LATER',
];
