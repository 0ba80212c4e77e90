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

  async add(order: PlacedOrder): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into order_history (order_id, user_id, status, total, currency, item_count, created_at)
      values (${order.orderId}, ${order.userId}, ${order.status}, ${order.total}, ${order.currency},
        ${order.itemCount}, ${order.createdAt})
      on conflict (order_id) do nothing`);
  }

  async setStatus(orderId: string, status: string): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      update order_history set status = ${status} where order_id = ${orderId}`);
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
