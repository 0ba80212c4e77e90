import type { OrderWish } from '../support/customer';

/** As `ORDER_FLOW` has it. */
export type Flow = 'saga' | 'choreography';
export const FLOWS: readonly Flow[] = ['saga', 'choreography'];

export interface OrderKind {
  readonly name: string;
  readonly wish: OrderWish;
  /** What the customer asks for: that it is cancelled as soon as it is accepted, or taken back when it has come. */
  readonly asks?: 'cancel' | 'return';
  /** What an operator does about the one event of it that dies. */
  readonly letter?: 'retry' | 'skip';
  /** What it may come to. */
  readonly ends: readonly ('completed' | 'cancelled' | 'returned' | 'needs_attention')[];
}

/** Whose stock they take; there is enough of it for all orders of a run. */
const [SOLD, GIVEN_BACK, CANCELLED, RETURNED] = ['prod-012', 'prod-005', 'prod-019', 'prod-016'] as const;
/** Of which there are ten. */
const SCARCE = 'prod-007';
/** Products that handlers fail for: see `product/failing-handlers.ts`. */
export const [PARKED, DEAD, PASSED_OVER] = ['prod-014', 'prod-018', 'prod-020'] as const;
export const STOCK: readonly string[] = [
  SOLD,
  GIVEN_BACK,
  CANCELLED,
  RETURNED,
  SCARCE,
  PARKED,
  DEAD,
  PASSED_OVER,
];

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
    asks: 'cancel',
    ends: ['completed', 'cancelled'],
  },
];

const REFUND_REFUSED: OrderKind = {
  name: 'is refused by the carrier, and its refund for good',
  wish: {
    items: one(GIVEN_BACK),
    shippingAddress: BEYOND_THE_CARRIER,
    paymentMethod: 'pm_card_refundFail',
  },
  ends: ['needs_attention'],
};

/** Ways beside them that do not depend on what drives the order. */
const SAGA_KINDS: readonly OrderKind[] = [
  ...ORDER_KINDS,
  REFUND_REFUSED,
  { name: 'goes back', wish: { items: one(RETURNED) }, asks: 'return', ends: ['returned'] },
  { name: 'has an event that is parked', wish: { items: one(PARKED) }, ends: ['completed'] },
  {
    name: 'has an event that dies and is run again by an operator',
    wish: { items: one(DEAD) },
    letter: 'retry',
    // Where kills keep the operator from it until the step's deadline.
    ends: ['completed', 'cancelled'],
  },
  {
    name: 'has an event that dies and is skipped by an operator',
    wish: { items: one(PASSED_OVER) },
    letter: 'skip',
    ends: ['completed'],
  },
];

export const kindsOf = (flow: Flow): readonly OrderKind[] =>
  flow === 'saga' ? SAGA_KINDS : [...ORDER_KINDS, REFUND_REFUSED];
