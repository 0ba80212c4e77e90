import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import type { Line } from '../domain/reservation';

export interface StockLevel {
  readonly productId: string;
  readonly available: number;
  readonly reserved: number;
  readonly lowThreshold: number;
  readonly version: number;
  readonly updatedAt: Date;
}

/** `sale` takes what was reserved out of the house; `release` brings back what was reserved or sold. */
export type MovementKind = 'reserve' | 'release' | 'sale';

/** Change of (available, reserved) by one piece. */
export interface Effect {
  readonly available: -1 | 0 | 1;
  readonly reserved: -1 | 0 | 1;
}

const levelColumns = sql`stock.product_id as "productId", available, reserved, low_threshold as "lowThreshold",
  version::float8 as version, updated_at as "updatedAt"`;

/** Stock levels and the ledger of movements behind them. Every method needs a unit of work in progress. */
@Injectable()
export class StockStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Undefined when the product has been opened before. */
  async open(productId: string, quantity: number, threshold: number): Promise<StockLevel | undefined> {
    const level = await this.unitOfWork.sql.row<StockLevel>(sql`
      insert into stock (product_id, available, low_threshold) values (${productId}, ${quantity}, ${threshold})
      on conflict do nothing returning ${levelColumns}`);
    if (level && quantity > 0) {
      await this.unitOfWork.sql.run(sql`
        insert into movements (order_id, product_id, kind, quantity)
        values ('initial-stock', ${productId}, 'delivery', ${quantity})`);
    }
    return level;
  }

  /** Locks the products' rows in product order, so that two orders never wait for each other in a circle. */
  async lock(productIds: readonly string[]): Promise<ReadonlyMap<string, StockLevel>> {
    const rows = await this.unitOfWork.sql.rows<StockLevel>(sql`
      select ${levelColumns} from stock where product_id = any(${productIds}::text[])
      order by product_id for no key update`);
    return new Map(rows.map((row) => [row.productId, row]));
  }

  /** Rejects when an order moves the same product in the same way twice in an attempt, and when stock would go below zero. */
  async move(
    orderId: string,
    kind: MovementKind,
    lines: readonly Line[],
    effect: Effect,
    attempt: number,
  ): Promise<readonly StockLevel[]> {
    const products = lines.map(({ productId }) => productId);
    const quantities = lines.map(({ quantity }) => quantity);
    return this.unitOfWork.sql.rows<StockLevel>(sql`
      with lines as (
        select * from unnest(${products}::text[], ${quantities}::int[]) as lines (product_id, quantity)
      ), moved as (
        insert into movements (order_id, product_id, kind, attempt, quantity)
        select ${orderId}, product_id, ${kind}, ${attempt}::int, quantity from lines
      )
      update stock set available = available + ${effect.available}::int * lines.quantity,
        reserved = reserved + ${effect.reserved}::int * lines.quantity,
        version = version + 1, updated_at = clock_timestamp()
      from lines where stock.product_id = lines.product_id
      returning ${levelColumns}`);
  }
}
