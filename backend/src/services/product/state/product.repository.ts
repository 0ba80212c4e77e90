import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { Product, StockedProduct } from '../domain/product';

export interface ProductFilter {
  readonly category?: string | undefined;
  readonly q?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

interface ProductRow {
  readonly product_id: string;
  readonly name: string;
  readonly description: string;
  readonly price_minor: string;
  readonly currency: string;
  readonly category: string;
  readonly available: string;
}

const SELECT = sql`
  select product_id, name, description, price_minor, currency, category, coalesce(available, 0) as available
  from products left join stock using (product_id)`;

@Injectable()
export class ProductRepository {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Adds what is not there; answers the ids that it added. Part of the unit of work. */
  async addMissing(products: readonly Product[]): Promise<ReadonlySet<string>> {
    const column = <Name extends keyof Product>(name: Name) => products.map((product) => product[name]);
    const added = await this.unitOfWork.sql.rows<{ product_id: string }>(sql`
      insert into products (product_id, name, description, price_minor, currency, category)
      select * from unnest(
        ${column('productId')}::text[], ${column('name')}::text[], ${column('description')}::text[],
        ${column('priceMinor')}::bigint[], ${column('currency')}::text[], ${column('category')}::text[])
      on conflict (product_id) do nothing
      returning product_id`);
    return new Set(added.map((row) => row.product_id));
  }

  /** Holds the product's lock to the end of the unit of work. */
  async lock(productId: string): Promise<Product | undefined> {
    const row = await this.unitOfWork.sql.row<Omit<ProductRow, 'available'>>(sql`
      select product_id, name, description, price_minor, currency, category from products
      where product_id = ${productId} for update`);
    return row && toProduct(row);
  }

  /** Part of the unit of work. */
  async replace({ productId, name, description, priceMinor, category }: Product): Promise<void> {
    await this.unitOfWork.sql.run(sql`
      update products set name = ${name}, description = ${description}, price_minor = ${priceMinor},
        category = ${category}
      where product_id = ${productId}`);
  }

  async find(productId: string): Promise<StockedProduct | undefined> {
    const row = await this.database.row<ProductRow>(sql`${SELECT} where product_id = ${productId}`);
    return row && toStocked(row);
  }

  /** One more than `limit` where there are more. */
  async list({ category, q, after, limit }: ProductFilter): Promise<StockedProduct[]> {
    const rows =
      await this.database.rows<ProductRow>(sql`${SELECT} where ${conditions({ category, q, after })}
      order by product_id limit ${limit + 1}`);
    return rows.map(toStocked);
  }
}

function conditions({ category, q, after }: Omit<ProductFilter, 'limit'>): SqlQuery {
  let all = sql`true`;
  if (category !== undefined) all = sql`${all} and category = ${category}`;
  if (after !== undefined) all = sql`${all} and product_id > ${after}`;
  if (q !== undefined) {
    const pattern = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
    all = sql`${all} and (name ilike ${pattern} or description ilike ${pattern} or category ilike ${pattern})`;
  }
  return all;
}

function toStocked(row: ProductRow): StockedProduct {
  return { ...toProduct(row), availableStock: Number(row.available) };
}

function toProduct(row: Omit<ProductRow, 'available'>): Product {
  return {
    productId: row.product_id,
    name: row.name,
    description: row.description,
    priceMinor: Number(row.price_minor),
    currency: row.currency,
    category: row.category,
  };
}
