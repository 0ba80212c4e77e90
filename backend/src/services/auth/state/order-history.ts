import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import type { OrderHistoryEntry } from '../domain/profile';

export interface PlacedOrder extends OrderHistoryEntry {
  readonly userId: string;
}

interface HistoryRow {
  readonly order_id: string;
  readonly status: string;
  readonly total: string;
  readonly currency: string | null;
  readonly item_count: string;
  readonly created_at: Date;
}

/** What the profile page shows of a user's orders, kept from order-events. */
@Injectable()
export class OrderHistory {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async add(orders: readonly PlacedOrder[]): Promise<void> {
    if (orders.length === 0) return;
    const column = <Value>(of: (order: PlacedOrder) => Value) => orders.map(of);
    await this.unitOfWork.sql.run(sql`
      insert into order_history (order_id, user_id, status, total, currency, item_count, created_at)
      select * from unnest(
        ${column(({ orderId }) => orderId)}::text[], ${column(({ userId }) => userId)}::text[],
        ${column(({ status }) => status)}::text[], ${column(({ total }) => total)}::numeric[],
        ${column(({ currency }) => currency)}::text[], ${column(({ itemCount }) => itemCount)}::bigint[],
        ${column(({ createdAt }) => createdAt)}::timestamptz[])
      on conflict (order_id) do nothing`);
  }

  /** By order id. */
  async setStatuses(statuses: ReadonlyMap<string, string>): Promise<void> {
    if (statuses.size === 0) return;
    await this.unitOfWork.sql.run(sql`
      update order_history set status = changed.status
      from unnest(${[...statuses.keys()]}::text[], ${[...statuses.values()]}::text[]) as changed (order_id, status)
      where order_history.order_id = changed.order_id`);
  }

  async latest(userId: string, limit: number): Promise<OrderHistoryEntry[]> {
    const rows = await this.database.rows<HistoryRow>(sql`
      select order_id, status, total, currency, item_count, created_at from order_history
      where user_id = ${userId} order by created_at desc, order_id limit ${limit}`);
    return rows.map((row) => ({
      orderId: row.order_id,
      status: row.status,
      total: Number(row.total),
      currency: row.currency,
      itemCount: Number(row.item_count),
      createdAt: row.created_at.toISOString(),
    }));
  }
}
