import type { OrderFlow } from './order';

export const orderStatuses = [
  'pending',
  'validated',
  'paid',
  'reserved',
  'shipped',
  'completed',
  'cancelled',
  'needs_attention',
  'return_requested',
  'returned',
  'return_refused',
] as const;

export type OrderStatus = (typeof orderStatuses)[number];

/** A saga charges before it reserves; without one the stock is taken first. */
const WAYS: Readonly<Record<OrderFlow, readonly OrderStatus[]>> = {
  saga: ['pending', 'validated', 'paid', 'reserved', 'shipped', 'completed'],
  choreography: ['pending', 'validated', 'reserved', 'paid', 'shipped', 'completed'],
};

/** What can follow the end of that way; until then an order can be taken out of it from anywhere. */
const AFTER_THE_WAY: Readonly<Partial<Record<OrderStatus, readonly OrderStatus[]>>> = {
  completed: ['return_requested'],
  cancelled: [],
  needs_attention: ['cancelled', 'returned', 'return_refused'],
  return_requested: ['returned', 'return_refused', 'needs_attention'],
  returned: [],
  return_refused: [],
};

/** Nothing follows without a person's act. */
export const isTerminal = (status: OrderStatus): boolean =>
  status in AFTER_THE_WAY && status !== 'return_requested';

export const isOnItsWay = (status: OrderStatus): boolean => !(status in AFTER_THE_WAY);

export const isCancellable = (status: OrderStatus): boolean => isOnItsWay(status) && status !== 'shipped';

export const isReturnable = (status: OrderStatus): boolean => status === 'completed';

/** Its return has been asked for and was not refused. */
export const isReturning = (status: OrderStatus): boolean =>
  status === 'return_requested' || status === 'returned';

/** Forward along the way of an order, out of it from anywhere before its end, and on from there. */
export function canMove(from: OrderStatus, to: OrderStatus, flow: OrderFlow): boolean {
  const following = AFTER_THE_WAY[from];
  if (following) return following.includes(to);
  if (to === 'cancelled' || to === 'needs_attention') return true;
  return WAYS[flow].indexOf(to) > WAYS[flow].indexOf(from);
}
