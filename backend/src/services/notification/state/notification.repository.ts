import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';

export interface NewNotification {
  readonly notificationId: string;
  readonly userId: string;
  readonly template: string;
  readonly orderId: string | undefined;
}

export type NotificationStatus = 'requested' | 'sent' | 'failed';

/** What was asked for and what became of it. Writes are part of the unit of work. */
@Injectable()
export class NotificationRepository {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** False where it was asked for before. */
  async add({ notificationId, userId, template, orderId }: NewNotification): Promise<boolean> {
    const added = await this.unitOfWork.sql.run(sql`
      insert into notifications (notification_id, user_id, template, order_id, status)
      values (${notificationId}, ${userId}, ${template}, ${orderId ?? null}, 'requested')
      on conflict (notification_id) do nothing`);
    return added === 1;
  }

  /** The user of the order, of whom it was asked for the first time; undefined otherwise, and for an unknown order. */
  addForOrder(template: string, notificationId: string, orderId: string): Promise<string | undefined> {
    return this.unitOfWork.ask(addForOrders, { template, notificationId, orderId });
  }

  async statusOf(notificationId: string): Promise<NotificationStatus | undefined> {
    const row = await this.database.row<{ status: NotificationStatus }>(sql`
      select status from notifications where notification_id = ${notificationId}`);
    return row?.status;
  }

  /** False where it has an outcome already. */
  async settle(notificationId: string, status: 'sent' | 'failed', code?: string): Promise<boolean> {
    const settled = await this.unitOfWork.sql.run(sql`
      update notifications set status = ${status}, code = ${code ?? null}, settled_at = clock_timestamp()
      where notification_id = ${notificationId} and status = 'requested'`);
    return settled === 1;
  }
}

interface OfOrder {
  readonly template: string;
  readonly notificationId: string;
  readonly orderId: string;
}

async function addForOrders(
  session: SqlSession,
  wanted: readonly OfOrder[],
): Promise<readonly (string | undefined)[]> {
  const rows = await session.rows<{ id: string; userId: string }>(sql`
    insert into notifications (notification_id, user_id, template, order_id, status)
    select wanted.id, orders.user_id, wanted.template, order_id, 'requested'
    from unnest(
      ${wanted.map(({ notificationId }) => notificationId)}::text[], ${wanted.map(({ template }) => template)}::text[],
      ${wanted.map(({ orderId }) => orderId)}::text[]
    ) as wanted (id, template, order_id) join orders using (order_id)
    where orders.user_id <> '' order by wanted.id
    on conflict (notification_id) do nothing returning notification_id as id, user_id as "userId"`);
  const users = new Map(rows.map(({ id, userId }) => [id, userId]));
  return wanted.map(({ notificationId }) => users.get(notificationId));
}
