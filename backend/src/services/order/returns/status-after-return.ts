import type { OrderStatus } from '../domain/order-status';

const AFTER: Readonly<Record<string, OrderStatus>> = {
  started: 'return_requested',
  completed: 'returned',
  compensated: 'return_refused',
  needs_attention: 'needs_attention',
};

/** The order's status that a fact of its return leads to, undefined when it leads to none. */
export const statusAfterReturn = ({ kind }: { readonly kind: string }): OrderStatus | undefined =>
  Object.hasOwn(AFTER, kind) ? AFTER[kind] : undefined;
