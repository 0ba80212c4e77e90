export type StatusTone = 'progress' | 'good' | 'bad';

export interface StatusWords {
  readonly label: string;
  readonly explanation: string;
  readonly tone: StatusTone;
}

/** The way of an order that meets no obstacle. */
export const ORDER_WAY = ['pending', 'validated', 'paid', 'reserved', 'shipped', 'completed'] as const;

const WORDS: Readonly<Record<string, StatusWords>> = {
  pending: { label: 'Pending', explanation: 'We have your order.', tone: 'progress' },
  validated: { label: 'Validated', explanation: 'Prices and address are checked.', tone: 'progress' },
  paid: { label: 'Paid', explanation: 'Your payment went through.', tone: 'progress' },
  reserved: { label: 'Reserved', explanation: 'Your pieces are set aside.', tone: 'progress' },
  shipped: { label: 'Shipped', explanation: 'The carrier has your parcel.', tone: 'progress' },
  completed: { label: 'Completed', explanation: 'All done. Enjoy!', tone: 'good' },
  cancelled: {
    label: 'Cancelled',
    explanation: 'The order was cancelled. Whatever was paid or set aside has been given back.',
    tone: 'bad',
  },
  needs_attention: {
    label: 'Needs attention',
    explanation: 'A person is looking into this order. You need not do anything.',
    tone: 'bad',
  },
  return_requested: {
    label: 'Return requested',
    explanation: 'The carrier fetches your parcel; then you get your money back.',
    tone: 'progress',
  },
  returned: {
    label: 'Returned',
    explanation: 'We have the parcel, and you have your money back.',
    tone: 'good',
  },
  return_refused: {
    label: 'Return refused',
    explanation: 'The parcel stays with you, and so does the order.',
    tone: 'bad',
  },
};

const ENDED = new Set(['completed', 'cancelled', 'needs_attention', 'returned', 'return_refused']);

export function wordsOf(status: string): StatusWords {
  const label = status.charAt(0).toUpperCase() + status.slice(1).replaceAll('_', ' ');
  return WORDS[status] ?? { label, explanation: '', tone: 'progress' };
}

/** Nothing more happens to it by itself. */
export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

/** Until the parcel is with the carrier; the server decides. */
export function mayBeCancelled(status: string): boolean {
  return ['pending', 'validated', 'paid', 'reserved'].includes(status);
}

const REASONS: Readonly<Record<string, string>> = {
  CARD_DECLINED: 'Your card was declined.',
  EXPIRED_CARD: 'Your card has expired.',
  INSUFFICIENT_FUNDS: 'There was not enough money on the card.',
  OUT_OF_STOCK: 'There are not enough pieces left.',
  COUNTRY_NOT_SERVED: 'The carrier does not deliver to this country.',
  PRODUCT_NOT_SELLABLE: 'One of the products is not sold any more.',
  PRICE_MISMATCH: 'A price has changed in the meantime.',
  CANCELLED_ON_REQUEST: 'You asked for it.',
  DEADLINE_PASSED: 'It took too long, so we stopped.',
};

/** A code that has no words here stands for itself. */
export function wordsOfReason(code: string): string {
  return REASONS[code] ?? code;
}
