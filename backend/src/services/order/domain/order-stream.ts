import type { Order, OrderFlow } from './order';
import { flowOf } from './order';
import { canMove, type OrderStatus } from './order-status';

/** Where an order came from: our own route, which priced it, or an event of another producer. */
export type OrderOrigin = 'api' | 'event';

export interface StatusChanged {
  readonly to: OrderStatus;
  /** Null where nobody had written it down. */
  readonly by: string | null;
  readonly reason: string | null;
}

/** Everything that the order service records of an order; an order is what these make of it. */
export type OrderEvent =
  | { readonly type: 'order.placed'; readonly data: { readonly order: Order; readonly origin: OrderOrigin } }
  | { readonly type: 'order.status.changed'; readonly data: StatusChanged };

export type RecordedOrderEvent = OrderEvent & { readonly version: number; readonly at: string };

export interface OrderState {
  readonly order: Order;
  readonly origin: OrderOrigin;
  readonly flow: OrderFlow;
  readonly status: OrderStatus;
  /** How many statuses it has had, the first one included. */
  readonly changes: number;
  /** ISO 8601. */
  readonly placedAt: string;
  readonly changedAt: string;
}

export type OrderCommand =
  | { readonly kind: 'place'; readonly order: Order; readonly origin: OrderOrigin }
  | {
      readonly kind: 'move';
      readonly to: OrderStatus;
      readonly by: string;
      readonly reason?: string | undefined;
    };

/** What follows from a command. Nothing for a late or repeated word: an order is placed once, and has its way. */
export function decide(state: OrderState | undefined, command: OrderCommand): readonly OrderEvent[] {
  if (command.kind === 'place') {
    const { order, origin } = command;
    return state ? [] : [{ type: 'order.placed', data: { order, origin } }];
  }
  const { to, by, reason = null } = command;
  if (!state || !canMove(state.status, to, state.flow)) return [];
  return [{ type: 'order.status.changed', data: { to, by, reason } }];
}

export function evolve(state: OrderState | undefined, event: RecordedOrderEvent): OrderState {
  if (event.type === 'order.placed') {
    const { order, origin } = event.data;
    return {
      order,
      origin,
      flow: flowOf(order),
      status: 'pending',
      changes: 1,
      placedAt: event.at,
      changedAt: event.at,
    };
  }
  if (!state) throw new Error(`A stream begins with 'order.placed', not with '${event.type}'.`);
  return { ...state, status: event.data.to, changes: state.changes + 1, changedAt: event.at };
}

/** The order's history as its owner sees it. */
export interface StatusRow {
  readonly seq: number;
  readonly status: OrderStatus;
  readonly reason: string | null;
  readonly at: string;
}

/** The line of the history that an event adds, the `seq`-th one. */
export function statusRow(event: RecordedOrderEvent, seq: number): StatusRow {
  const { at } = event;
  if (event.type === 'order.placed') return { seq, status: 'pending', reason: null, at };
  return { seq, status: event.data.to, reason: event.data.reason, at };
}
