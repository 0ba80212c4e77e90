import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import type { StockLevel } from '../domain/stock-book';

/** Products that have stock. Needs a unit of work in progress. */
@Injectable()
export class StockStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Undefined when the product has been opened before. */
  async open(productId: string, quantity: number, threshold: number): Promise<StockLevel | undefined> {
    const level = await this.unitOfWork.sql.row<StockLevel>(sql`
      insert into stock (product_id, available, low_threshold) values (${productId}, ${quantity}, ${threshold})
      on conflict do nothing returning product_id as "productId", available, reserved,
        low_threshold as "lowThreshold", version::float8 as version, updated_at as "updatedAt"`);
    if (level && quantity > 0) {
      await this.unitOfWork.sql.run(sql`
        insert into movements (order_id, product_id, kind, quantity)
        values ('initial-stock', ${productId}, 'delivery', ${quantity})`);
    }
    return level;
  }
}
