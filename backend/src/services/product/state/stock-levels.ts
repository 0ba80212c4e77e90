import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';

export interface StockLevel {
  readonly productId: string;
  readonly available: number;
  readonly version: number;
}

@Injectable()
export class StockLevels {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Keeps the level with the highest version of each product, in whatever order they come. */
  async record(levels: readonly StockLevel[]): Promise<void> {
    // In the order of the products, so that two transactions lock their rows in one direction.
    await this.unitOfWork.sql.run(sql`
      insert into stock (product_id, available, version)
      select distinct on (product_id) product_id, available, version from unnest(
        ${levels.map(({ productId }) => productId)}::text[], ${levels.map(({ available }) => available)}::int[],
        ${levels.map(({ version }) => version)}::bigint[]
      ) as level (product_id, available, version)
      order by product_id, version desc
      on conflict (product_id) do update set available = excluded.available, version = excluded.version
      where stock.version < excluded.version`);
  }
}
