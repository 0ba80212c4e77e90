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
] as const;

export type OrderStatus = (typeof orderStatuses)[number];

/** A saga charges before it reserves; without one the stock is taken first. */
const WAYS: Readonly<Record<OrderFlow, readonly OrderStatus[]>> = {
  saga: ['pending', 'validated', 'paid', 'reserved', 'shipped', 'completed'],
  choreography: ['pending', 'validated', 'reserved', 'paid', 'shipped', 'completed'],
};

/** Nothing follows without a person's act. */
export const isTerminal = (status: OrderStatus): boolean =>
  status === 'completed' || status === 'cancelled' || status === 'needs_attention';

export const isCancellable = (status: OrderStatus): boolean => !isTerminal(status) && status !== 'shipped';

/** Forward along the way of an order, out of it from anywhere before its end, and out of `needs_attention`. */
export function canMove(from: OrderStatus, to: OrderStatus, flow: OrderFlow): boolean {
  if (from === to || from === 'completed' || from === 'cancelled') return false;
  if (from === 'needs_attention') return to === 'cancelled';
  if (to === 'cancelled' || to === 'needs_attention') return true;
  return WAYS[flow].indexOf(to) > WAYS[flow].indexOf(from);
}
