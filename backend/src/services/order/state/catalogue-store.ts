import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { sql } from '@/infrastructure/postgres/sql';
import type { Catalogue } from '../domain/validate-order';

/** The order service's own view of the products: what they cost, and whether they are sold. */
@Injectable()
export class CatalogueStore {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async add(productId: string, price: number): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into catalogue (product_id, price) values (${productId}, ${price})
      on conflict (product_id) do update set price = excluded.price, sellable = true`);
  }

  async setPrice(productId: string, price: number): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      insert into catalogue (product_id, price) values (${productId}, ${price})
      on conflict (product_id) do update set price = excluded.price`);
  }

  async discontinue(productId: string): Promise<void> {
    await this.unitOfWork.sql.run(sql`update catalogue set sellable = false where product_id = ${productId}`);
  }

  async clear(): Promise<void> {
    await this.unitOfWork.sql.run(sql`delete from catalogue`);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.unitOfWork.sql.row(sql`select from catalogue limit 1`)) === undefined;
  }

  async find(productIds: readonly string[]): Promise<Catalogue> {
    const rows = await this.unitOfWork.sql.rows<{ productId: string; price: number; sellable: boolean }>(sql`
      select product_id as "productId", price::float8 as price, sellable from catalogue
      where product_id = any(${productIds}::text[])`);
    return Object.fromEntries(rows.map(({ productId, ...known }) => [productId, known]));
  }
}
