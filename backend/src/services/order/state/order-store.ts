import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import { flowOf, type Order, type OrderFlow } from '../domain/order';
import type { OrderStatus } from '../domain/order-status';

/** Where an order came from: our own route, which priced it, or an event of another producer. */
export type OrderOrigin = 'api' | 'event';

export interface OrderRow {
  readonly orderId: string;
  readonly userId: string;
  readonly status: OrderStatus;
  readonly flow: OrderFlow;
  readonly origin: OrderOrigin;
  readonly data: Order;
}

const columns = sql`order_id as "orderId", user_id as "userId", status, flow, origin, data`;

/** Orders and their history; every method needs a unit of work in progress. */
@Injectable()
export class OrderStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** False when the order exists already. */
  async insert(order: Order, origin: OrderOrigin): Promise<boolean> {
    const inserted = await this.unitOfWork.sql.run(sql`
      with placed as (
        insert into orders (order_id, user_id, status, flow, origin, data)
        values (${order.orderId}, ${order.userId}, 'pending', ${flowOf(order)}, ${origin},
          ${JSON.stringify(order)}::json)
        on conflict do nothing returning order_id
      )
      insert into order_history (order_id, seq, status) select order_id, 1, 'pending' from placed`);
    return inserted === 1;
  }

  lock(orderId: string): Promise<OrderRow | undefined> {
    return this.unitOfWork.sql.row<OrderRow>(sql`
      select ${columns} from orders where order_id = ${orderId} for no key update`);
  }

  /** Returns the time of the change. */
  async setStatus(orderId: string, status: OrderStatus, reason: string | null): Promise<Date> {
    const row = await this.unitOfWork.sql.row<{ at: Date }>(sql`
      with moved as (
        update orders set status = ${status}, history_length = history_length + 1, updated_at = clock_timestamp()
        where order_id = ${orderId} returning order_id, history_length
      )
      insert into order_history (order_id, seq, status, reason)
      select order_id, history_length, ${status}, ${reason} from moved returning at`);
    if (!row) throw new Error(`Order '${orderId}' is not there; lock it first.`);
    return row.at;
  }
}
