import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import { type Reservation, StockBook, type StockLevel } from '../domain/stock-book';

interface LevelRow extends StockLevel {
  readonly now: Date;
}

/**
 * Stock levels, the ledger of movements behind them, and what each order holds. Every method needs a unit of work in
 * progress.
 */
@Injectable()
export class StockBooks {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * From here to its end the transaction is the only one that moves stock. Orders share transactions, so with locks per
   * product two of them could each hold what the other's next order needs, and PostgreSQL ends such a wait only after
   * `deadlock_timeout`. The products of what the orders hold are in the book, too.
   */
  async open(orderIds: readonly string[], productIds: readonly string[] = []): Promise<StockBook> {
    const { sql: session } = this.unitOfWork;
    await session.run(sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ':stock', 0))`);
    const reservations = await session.rows<Reservation>(sql`
      select order_id as "orderId", status, flow, attempt, lines, failure
      from reservations where order_id = any(${orderIds}::text[])`);
    const held = reservations.flatMap(({ lines }) => lines.map(({ productId }) => productId));
    const products = [...new Set([...productIds, ...held])];
    if (products.length === 0) return new StockBook(reservations, [], new Date());
    // The row locks are for a process of an older version, which has no other.
    const levels = await session.rows<LevelRow>(sql`
      select product_id as "productId", available, reserved, low_threshold as "lowThreshold",
        version::float8 as version, updated_at as "updatedAt", clock_timestamp() as now
      from stock where product_id = any(${products}::text[]) order by product_id for no key update`);
    return new StockBook(reservations, levels, levels[0]?.now ?? new Date());
  }

  /** Rejects when an order moves the same product in the same way twice in an attempt. */
  async write({ movements, changedLevels, changedReservations }: StockBook): Promise<void> {
    const { sql: session } = this.unitOfWork;
    if (movements.length > 0) {
      await session.run(sql`
        with moved as (
          insert into movements (order_id, product_id, kind, attempt, quantity)
          select * from unnest(
            ${movements.map(({ orderId }) => orderId)}::text[], ${movements.map(({ productId }) => productId)}::text[],
            ${movements.map(({ kind }) => kind)}::text[], ${movements.map(({ attempt }) => attempt)}::int[],
            ${movements.map(({ quantity }) => quantity)}::int[])
        )
        update stock set available = level.available, reserved = level.reserved, version = level.version,
          updated_at = level.updated_at
        from unnest(
          ${changedLevels.map(({ productId }) => productId)}::text[],
          ${changedLevels.map(({ available }) => available)}::int[],
          ${changedLevels.map(({ reserved }) => reserved)}::int[],
          ${changedLevels.map(({ version }) => version)}::bigint[],
          ${changedLevels.map(({ updatedAt }) => updatedAt.toISOString())}::timestamptz[]
        ) as level (product_id, available, reserved, version, updated_at)
        where stock.product_id = level.product_id`);
    }
    if (changedReservations.length > 0) {
      await session.run(sql`
        insert into reservations (order_id, status, flow, attempt, lines, failure)
        select * from unnest(
          ${changedReservations.map(({ orderId }) => orderId)}::text[],
          ${changedReservations.map(({ status }) => status)}::text[],
          ${changedReservations.map(({ flow }) => flow)}::text[],
          ${changedReservations.map(({ attempt }) => attempt)}::int[],
          ${changedReservations.map(({ lines }) => JSON.stringify(lines))}::jsonb[],
          ${changedReservations.map(({ failure }) => (failure ? JSON.stringify(failure) : null))}::jsonb[])
        on conflict (order_id) do update set status = excluded.status, attempt = excluded.attempt,
          lines = excluded.lines, failure = excluded.failure, updated_at = clock_timestamp()`);
    }
  }
}
