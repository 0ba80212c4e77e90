import { Injectable } from '@nestjs/common';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import type { Order } from '../domain/order';
import type { OrderStatus } from '../domain/order-status';
import { OrdersBeingRebuiltError } from '../order.errors';
import { type OrderAtVersion, OrderPast } from './order-past';

export interface OrderView {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly items: Order['items'];
  readonly totals: Order['totals'];
  readonly currency: string | null;
  readonly createdAt: string;
  readonly reason: string | null;
}

export interface StatusEntry {
  readonly status: OrderStatus;
  readonly at: Date;
  readonly reason?: string;
}

export interface OrderDetails extends OrderView {
  readonly history: readonly StatusEntry[];
}

export interface StatusChange extends StatusEntry {
  readonly orderId: string;
  readonly seq: number;
}

export interface OrderPosition {
  /** Microseconds since 1970, as text. */
  readonly createdAt: string;
  readonly orderId: string;
}

type OrderListRow = OrderView & { readonly position: string };

const view = sql`order_id as "orderId", status, data -> 'items' as items, data -> 'totals' as totals,
  data ->> 'currency' as currency, data ->> 'createdAt' as "createdAt",
  (select h.reason from order_history h where h.order_id = orders.order_id order by h.seq desc limit 1) as reason`;

/** What the owner of an order gets to see. While the tables are missing, one order is read from its stream. */
@Injectable()
export class OrderQueries {
  private readonly past: OrderPast;

  constructor(private readonly database: Database) {
    this.past = new OrderPast(database);
  }

  async find(orderId: string, userId: string): Promise<OrderDetails | undefined> {
    try {
      return await this.findRow(orderId, userId);
    } catch (error) {
      if (!isMissingTable(error)) throw error;
      const order = await this.past.at(orderId);
      return order?.order.userId === userId ? detailsOf(order) : undefined;
    }
  }

  /**
   * Newest first; one row more than `limit` when there are more. Rejects with `OrdersBeingRebuiltError` while the table
   * is missing.
   */
  async list(userId: string, limit: number, after: OrderPosition | undefined): Promise<OrderListRow[]> {
    try {
      return await this.rowsOf(userId, limit, after);
    } catch (error) {
      if (isMissingTable(error)) throw new OrdersBeingRebuiltError(error);
      throw error;
    }
  }

  private async findRow(orderId: string, userId: string): Promise<OrderDetails | undefined> {
    const order = await this.database.row<OrderView>(sql`
      select ${view} from orders where order_id = ${orderId} and user_id = ${userId}`);
    if (!order) return undefined;
    const history = await this.changesAfter([{ orderId, seq: 0 }]);
    return { ...order, history: history.map(({ orderId: _, seq: __, ...entry }) => entry) };
  }

  private rowsOf(userId: string, limit: number, after: OrderPosition | undefined): Promise<OrderListRow[]> {
    const older = after
      ? sql`and (created_at, order_id) <
          ('epoch'::timestamptz + ${after.createdAt}::bigint * interval '1 microsecond', ${after.orderId})`
      : sql``;
    return this.database.rows<OrderListRow>(sql`
      select ${view}, jsonb_build_object('createdAt', ((extract(epoch from created_at) * 1000000)::bigint)::text,
        'orderId', order_id)::text as position
      from orders where user_id = ${userId} ${older}
      order by created_at desc, order_id desc limit ${limit + 1}`);
  }

  /** Changes of each order after a sequence number, oldest first. */
  async changesAfter(seen: readonly { orderId: string; seq: number }[]): Promise<StatusChange[]> {
    const rows = await this.database.rows<Omit<StatusChange, 'reason'> & { reason: string | null }>(sql`
      select h.order_id as "orderId", h.seq, h.status, h.at, h.reason
      from unnest(${seen.map(({ orderId }) => orderId)}::text[], ${seen.map(({ seq }) => seq)}::int[])
        as seen (order_id, seq)
      join order_history h on h.order_id = seen.order_id and h.seq > seen.seq
      order by h.order_id, h.seq`);
    return rows.map(({ reason, ...row }) => ({ ...row, ...(reason === null ? {} : { reason }) }));
  }
}

// 42P01 undefined_table: PostgreSQL manual, appendix A.
const isMissingTable = (error: unknown): boolean => (error as { code?: unknown }).code === '42P01';

function detailsOf({ orderId, status, order, history }: OrderAtVersion): OrderDetails {
  return {
    orderId,
    status,
    items: order.items,
    totals: order.totals,
    currency: order.currency ?? null,
    createdAt: order.createdAt,
    reason: history.at(-1)?.reason ?? null,
    history: history.map(({ status, at, reason }) => ({
      status,
      at: new Date(at),
      ...(reason === null ? {} : { reason }),
    })),
  };
}
