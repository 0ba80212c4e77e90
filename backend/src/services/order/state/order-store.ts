import { Injectable } from '@nestjs/common';
import { EventStore, newStream } from '@/infrastructure/event-store/event-store';
import { StreamConflictError } from '@/infrastructure/event-store/event-store.errors';
import type { StreamAppend } from '@/infrastructure/event-store/stream-append';
import type { Stream } from '@/infrastructure/event-store/stream-event';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { Order, OrderFlow } from '../domain/order';
import {
  decide,
  type OrderCommand,
  type OrderEvent,
  type OrderOrigin,
  type OrderState,
  statusRow,
} from '../domain/order-stream';
import type { OrderStatus } from '../domain/order-status';
import { orderStreamDefinition } from './order-stream.definition';

export type { OrderOrigin } from '../domain/order-stream';

export interface OrderRow {
  readonly orderId: string;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly flow: OrderFlow;
  readonly origin: OrderOrigin;
  readonly data: Order;
}

/**
 * Orders as streams; commands are decided from them alone. `orders` and `order_history` are written beside, in the
 * same statement. Every method needs a unit of work in progress.
 */
@Injectable()
export class OrderStore {
  private readonly streams: EventStore<OrderState, OrderEvent>;

  constructor(unitOfWork: UnitOfWork) {
    this.streams = new EventStore(unitOfWork, {
      definition: orderStreamDefinition,
      append: appendAndProject,
    });
  }

  /** False when the order exists already; one of another producer's is locked then. */
  async insert(order: Order, origin: OrderOrigin): Promise<boolean> {
    const { orderId } = order;
    // An id of ours is a new one; an event is most often of an order that we took ourselves.
    const stream = origin === 'api' ? undefined : await this.streams.load(orderId);
    const events = decide(stream?.state, { kind: 'place', order, origin });
    if (events.length === 0) return false;
    try {
      await this.streams.append([{ stream: newStream(orderId), events }], new Date().toISOString());
      return true;
    } catch (error) {
      if (error instanceof StreamConflictError) return false;
      throw error;
    }
  }

  /** To the end of the transaction; a second time it costs nothing. */
  async lock(orderId: string): Promise<OrderRow | undefined> {
    const stream = await this.streams.load(orderId);
    return stream && toRow(stream);
  }

  /** Undefined when the order is unknown or nothing follows: a late or repeated word. */
  async move(
    orderId: string,
    command: Omit<Extract<OrderCommand, { kind: 'move' }>, 'kind'>,
  ): Promise<{ readonly before: OrderRow; readonly at: string } | undefined> {
    const stream = await this.streams.load(orderId);
    if (!stream?.state) return undefined;
    const events = decide(stream.state, { kind: 'move', ...command });
    if (events.length === 0) return undefined;
    const at = notBefore(stream.state.changedAt);
    await this.streams.append([{ stream, events }], at);
    return { before: toRow(stream), at };
  }
}

/** An order's history goes forward, also where the next step is done by a machine whose clock is behind. */
function notBefore(earlier: string): string {
  const now = new Date();
  const last = new Date(earlier);
  return (last > now ? last : now).toISOString();
}

function toRow({ id, state }: Stream<OrderState>): OrderRow {
  if (!state) throw new Error(`The stream of order '${id}' has no event.`);
  const { order, origin, flow, status } = state;
  return { orderId: id, userId: order.userId, status, flow, origin, data: order };
}

/** The rows that come of an append, for `append_orders`. */
function appendAndProject(
  given: SqlQuery,
  appends: readonly StreamAppend<OrderState, OrderEvent>[],
): SqlQuery {
  const rows = appends.flatMap(({ events, state }) =>
    events.map((event, index) => statusRow(event, state.changes - events.length + index + 1)),
  );
  const states = appends.map(({ state }) => state);
  return sql`append_orders(${given},
    ${states.map(({ order }) => order.userId)}::text[], ${states.map(({ status }) => status)}::text[],
    ${states.map(({ flow }) => flow)}::text[], ${states.map(({ origin }) => origin)}::text[],
    ${rows.map(({ seq }) => seq)}::int[], ${rows.map(({ status }) => status)}::text[],
    ${rows.map(({ reason }) => reason)}::text[])`;
}
