export interface CardDecline {
  readonly code: string;
  readonly declineCode: string;
  readonly message: string;
}

export interface TestCard {
  readonly decline?: CardDecline;
  /** The charge goes through, but its refund comes back failed. */
  readonly refundFails?: boolean;
  /** The charge goes through, and its refunds are pending until somebody settles them. */
  readonly refundPends?: boolean;
}

const DECLINED = 'Your card was declined.';

const GENERIC_DECLINE: CardDecline = {
  code: 'card_declined',
  declineCode: 'generic_decline',
  message: DECLINED,
};

const TRY_AGAIN_LATER: CardDecline = {
  code: 'card_declined',
  declineCode: 'try_again_later',
  message: DECLINED,
};

const ACCEPTED = [
  'visa',
  'visa_debit',
  'mastercard',
  'mastercard_debit',
  'mastercard_prepaid',
  'amex',
  'discover',
  'diners',
  'jcb',
  'unionpay',
  'us',
  'de',
  'fr',
  'gb',
  'ch',
];

const DECLINES: Readonly<Record<string, CardDecline>> = {
  chargeDeclined: GENERIC_DECLINE,
  chargeDeclinedInsufficientFunds: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    message: 'Your card has insufficient funds.',
  },
  chargeDeclinedLostCard: { code: 'card_declined', declineCode: 'lost_card', message: DECLINED },
  chargeDeclinedStolenCard: { code: 'card_declined', declineCode: 'stolen_card', message: DECLINED },
  chargeDeclinedFraudulent: { code: 'card_declined', declineCode: 'fraudulent', message: DECLINED },
  chargeDeclinedVelocityLimitExceeded: {
    code: 'card_declined',
    declineCode: 'card_velocity_exceeded',
    message: DECLINED,
  },
  chargeDeclinedExpiredCard: {
    code: 'expired_card',
    declineCode: 'expired_card',
    message: 'Your card has expired.',
  },
  chargeDeclinedIncorrectCvc: {
    code: 'incorrect_cvc',
    declineCode: 'incorrect_cvc',
    message: "Your card's security code is incorrect.",
  },
  chargeDeclinedProcessingError: {
    code: 'processing_error',
    declineCode: 'processing_error',
    message: 'An error occurred while processing your card. Try again in a little bit.',
  },
  authenticationRequired: {
    code: 'authentication_required',
    declineCode: 'authentication_required',
    message: 'Your card was declined. This transaction requires authentication.',
  },
};

const CARDS: ReadonlyMap<string, TestCard> = new Map<string, TestCard>([
  ...ACCEPTED.map((name): [string, TestCard] => [`pm_card_${name}`, {}]),
  ...Object.entries(DECLINES).flatMap(([name, decline]): [string, TestCard][] => [
    [`pm_card_${name}`, { decline }],
    [`pm_card_visa_${name}`, { decline }],
  ]),
  ['pm_card_refundFail', { refundFails: true }],
  ['pm_card_pendingRefund', { refundPends: true }],
]);

const BY_CODE: ReadonlyMap<string, CardDecline> = new Map(
  [TRY_AGAIN_LATER, ...Object.values(DECLINES)].map((decline) => [decline.declineCode, decline]),
);

export const DECLINE_CODES: readonly string[] = [...BY_CODE.keys()];

export const declineBy = (declineCode: string): CardDecline => BY_CODE.get(declineCode) ?? GENERIC_DECLINE;

export function testCard(paymentMethod: string): TestCard | undefined {
  return CARDS.get(paymentMethod);
}
