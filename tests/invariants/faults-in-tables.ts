import type pg from 'pg';
import { oneRow, type PlantedFault, rowGone } from './planted-fault';

/** What a service's own tables say, against what has happened. */
export class TableFaults {
  constructor(private readonly database: pg.Pool) {}

  movementGone(orderId: string, kind: string): Promise<PlantedFault> {
    return rowGone(this.database, 'inventory.movements', 'order_id = $1 and kind = $2', [orderId, kind]);
  }

  async movementLarger(orderId: string, kind: string, by: number): Promise<PlantedFault> {
    const change = (more: number) =>
      oneRow(
        this.database,
        'update inventory.movements set quantity = quantity + $3 where order_id = $1 and kind = $2',
        [orderId, kind, more],
      );
    await change(by);
    return { [Symbol.asyncDispose]: () => change(-by) };
  }

  async statusOtherwise(orderId: string, status: string): Promise<PlantedFault> {
    const { rows } = await this.database.query<{ status: string }>(
      'select status from "order".orders where order_id = $1',
      [orderId],
    );
    const set = (to: string | undefined) =>
      oneRow(this.database, 'update "order".orders set status = $2 where order_id = $1', [orderId, to]);
    await set(status);
    return { [Symbol.asyncDispose]: () => set(rows[0]?.status) };
  }

  async outboxRow(schema: string, key: string): Promise<PlantedFault> {
    const { rows } = await this.database.query<{ seq: string }>(
      `insert into "${schema}".outbox (id, aggregatetype, aggregateid, type, headers, shard)
       values (gen_random_uuid(), 'payment-events', $1, 'payment.completed', '{}', 0) returning seq`,
      [key],
    );
    return {
      [Symbol.asyncDispose]: () =>
        oneRow(this.database, `delete from "${schema}".outbox where seq = $1`, [rows[0]?.seq]),
    };
  }

  async refusedRow(schema: string, key: string): Promise<PlantedFault<{ seq: string }>> {
    const { rows } = await this.database.query<{ seq: string }>(
      `insert into "${schema}".outbox_refused
         (seq, id, aggregatetype, aggregateid, type, headers, shard, created_at, cause_code, cause_message)
       values (1000000000, gen_random_uuid(), 'payment-events', $1, 'payment.completed', '{}', 0, now(),
         'RECORD_TOO_LARGE', 'planted') returning seq`,
      [key],
    );
    const seq = String(rows[0]?.seq);
    return {
      seq,
      [Symbol.asyncDispose]: () =>
        oneRow(this.database, `delete from "${schema}".outbox_refused where seq = $1`, [seq]),
    };
  }

  /** Stock that an order has taken which nobody has placed. */
  async strayMovement(orderId: string, productId: string): Promise<PlantedFault> {
    await oneRow(
      this.database,
      `insert into inventory.movements (order_id, product_id, kind, quantity) values ($1, $2, 'reserve', 1)`,
      [orderId, productId],
    );
    return {
      [Symbol.asyncDispose]: () =>
        oneRow(this.database, 'delete from inventory.movements where order_id = $1', [orderId]),
    };
  }
}
