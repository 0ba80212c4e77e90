import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { Contact, OrderFacts } from '../domain/notification';

interface OrderRow {
  readonly user_id: string;
  readonly email: string | null;
  readonly currency: string;
  readonly total: string;
  readonly lines: OrderFacts['lines'];
  readonly cancel_reason: string | null;
  readonly contact_email: string | null;
  readonly contact_name: string | null;
}

/** Whom we write to and about what. Writes are part of the unit of work. */
@Injectable()
export class Contacts {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async keepContact(userId: string, { email, name }: Contact): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into contacts (user_id, email, name) values (${userId}, ${email}, ${name})
      on conflict (user_id) do update set email = excluded.email, name = excluded.name`);
  }

  async contact(userId: string): Promise<Contact | undefined> {
    return this.database.row<Contact>(sql`select email, name from contacts where user_id = ${userId}`);
  }

  keepOrder(order: OrderFacts): Promise<void> {
    return this.unitOfWork.ask(keepOrders, order);
  }

  async keepCancelReason(orderId: string, reason: string): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      update orders set cancel_reason = ${reason} where order_id = ${orderId}`);
  }

  /** Undefined for an order that this service has not heard of. */
  async order(
    orderId: string,
  ): Promise<(OrderFacts & { readonly contact: Contact | undefined }) | undefined> {
    const row = await this.database.row<OrderRow>(sql`
      select orders.user_id, orders.email, currency, total, lines, cancel_reason,
        contacts.email as contact_email, contacts.name as contact_name
      from orders left join contacts using (user_id) where order_id = ${orderId}`);
    if (!row) return undefined;
    const { contact_email: email, contact_name: name } = row;
    return {
      orderId,
      userId: row.user_id,
      email: row.email,
      currency: row.currency,
      total: Number(row.total),
      lines: row.lines,
      cancelReason: row.cancel_reason,
      contact: email === null ? undefined : { email, name },
    };
  }
}

async function keepOrders(session: SqlSession, orders: readonly OrderFacts[]): Promise<readonly undefined[]> {
  await session.run(sql`
    insert into orders (order_id, user_id, email, currency, total, lines)
    select known.order_id, known.user_id, known.email, known.currency, known.total, known.lines
    from unnest(
      ${orders.map(({ orderId }) => orderId)}::text[], ${orders.map(({ userId }) => userId)}::text[],
      ${orders.map(({ email }) => email)}::text[], ${orders.map(({ currency }) => currency)}::text[],
      ${orders.map(({ total }) => total)}::numeric[], ${orders.map(({ lines }) => JSON.stringify(lines))}::jsonb[]
    ) as known (order_id, user_id, email, currency, total, lines)
    order by known.order_id on conflict (order_id) do nothing`);
  return orders.map(() => undefined);
}
