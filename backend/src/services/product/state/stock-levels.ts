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

  /** Keeps the level with the highest version, in whatever order they come. */
  async record({ productId, available, version }: StockLevel): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into stock (product_id, available, version) values (${productId}, ${available}, ${version})
      on conflict (product_id) do update set available = excluded.available, version = excluded.version
      where stock.version < excluded.version`);
  }
}
