import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';

export interface SoldProduct {
  readonly productId: string;
  readonly name: string;
  readonly priceMinor: number;
  readonly currency: string;
}

/** The cart's own copy of names and prices. All of it is part of the unit of work. */
@Injectable()
export class SoldProducts {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async find(productId: string): Promise<SoldProduct | undefined> {
    const row = await this.unitOfWork.sql.row<{ name: string; price_minor: string; currency: string }>(sql`
      select name, price_minor, currency from products where product_id = ${productId}`);
    return row && { productId, name: row.name, priceMinor: Number(row.price_minor), currency: row.currency };
  }

  async put({ productId, name, priceMinor, currency }: SoldProduct): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into products (product_id, name, price_minor, currency)
      values (${productId}, ${name}, ${priceMinor}, ${currency})
      on conflict (product_id) do update set
        name = excluded.name, price_minor = excluded.price_minor, currency = excluded.currency`);
  }

  async rename(productId: string, name: string): Promise<void> {
    await this.unitOfWork.sql.run(sql`update products set name = ${name} where product_id = ${productId}`);
  }

  async setPrice(productId: string, priceMinor: number): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      update products set price_minor = ${priceMinor} where product_id = ${productId}`);
  }
}
