import { Injectable } from '@nestjs/common';
import { eventsOf } from '@/infrastructure/event-store/stream-rows';
import { upcast } from '@/infrastructure/event-store/upcast';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { type Choreography, newChoreography } from '../domain/choreography';
import type { Order, OrderFlow } from '../domain/order';
import {
  evolve,
  type OrderOrigin,
  type OrderState,
  type RecordedOrderEvent,
  statusRow,
  type StatusRow,
} from '../domain/order-stream';
import type { OrderStatus } from '../domain/order-status';
import { orderUpcasters } from '../domain/order-upcasters';

export interface OrderAtVersion {
  readonly orderId: string;
  readonly version: number;
  /** ISO 8601; when it came to this version. */
  readonly at: string;
  readonly status: OrderStatus;
  readonly flow: OrderFlow;
  readonly origin: OrderOrigin;
  readonly order: Order;
  readonly history: readonly StatusRow[];
  /** In today's form. */
  readonly events: readonly RecordedOrderEvent[];
  /** What an order without a saga waits for now; null for the others, and for an earlier version. */
  readonly choreography: ChoreographyNow | null;
}

/** Times are ISO 8601. */
export interface ChoreographyNow extends Choreography {
  /** When it is taken back, or asked back once more, unless an answer comes; null: never. */
  readonly dueAt: string | null;
}

/** What an order was, by its stream alone. */
@Injectable()
export class OrderPast {
  constructor(private readonly database: Database) {}

  /** Default: the last version. Undefined when the order has not come to this version, or is none. */
  async at(orderId: string, version?: number): Promise<OrderAtVersion | undefined> {
    const stored = await eventsOf(this.database, orderId, { upTo: version });
    const events = stored.map((event) => upcast<RecordedOrderEvent>(orderUpcasters, event));
    const last = events.at(-1);
    const state = events.reduce<OrderState | undefined>(evolve, undefined);
    if (!last || !state || (version !== undefined && last.version < version)) return undefined;
    const { status, flow, origin, order } = state;
    return {
      orderId,
      version: last.version,
      at: last.at,
      status,
      flow,
      origin,
      order,
      history: events.map((event, index) => statusRow(event, index + 1)),
      events,
      choreography:
        flow === 'choreography' && version === undefined ? await this.choreographyOf(orderId) : null,
    };
  }

  private async choreographyOf(orderId: string): Promise<ChoreographyNow | null> {
    const row = await this.database.row<{ state: Choreography; dueAt: Date | null }>(sql`
      select state, due_at as "dueAt" from choreographies where order_id = ${orderId}`);
    return row ? { ...newChoreography, ...row.state, dueAt: row.dueAt?.toISOString() ?? null } : null;
  }
}
