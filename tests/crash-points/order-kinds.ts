import type { OrderWish } from '../support/customer';

export interface OrderKind {
  readonly name: string;
  readonly wish: OrderWish;
  /** The customer asks for it back as soon as it is accepted. */
  readonly cancel?: boolean;
  /** What it may come to. */
  readonly ends: readonly ('completed' | 'cancelled')[];
}

/** Whose stock they take; there is enough of it for all orders of a run. */
const [SOLD, GIVEN_BACK, CANCELLED] = ['prod-012', 'prod-005', 'prod-019'] as const;
/** Of which there are ten. */
const SCARCE = 'prod-007';
export const STOCK: readonly string[] = [SOLD, GIVEN_BACK, CANCELLED, SCARCE];

const BEYOND_THE_CARRIER = { name: 'Z', line1: '1', city: 'Z', postalCode: '0', country: 'ZZ' };
const one = (productId: string) => [{ productId, quantity: 1 }];

/** One way of an order each; together they pass every step and every compensation. */
export const ORDER_KINDS: readonly OrderKind[] = [
  { name: 'goes through', wish: { items: one(SOLD) }, ends: ['completed'] },
  {
    name: 'is declined by the bank',
    wish: { items: one(GIVEN_BACK), paymentMethod: 'pm_card_chargeDeclined' },
    ends: ['cancelled'],
  },
  {
    name: 'finds too little stock',
    wish: { items: [{ productId: SCARCE, quantity: 1_000 }] },
    ends: ['cancelled'],
  },
  {
    name: 'is refused by the carrier',
    wish: { items: one(GIVEN_BACK), shippingAddress: BEYOND_THE_CARRIER },
    ends: ['cancelled'],
  },
  {
    name: 'is cancelled by the customer',
    wish: { items: one(CANCELLED) },
    cancel: true,
    ends: ['completed', 'cancelled'],
  },
];
