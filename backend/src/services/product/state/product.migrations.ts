import type { Migrations } from '@/infrastructure/postgres/migrate';

export const productMigrations: Migrations = {
  'product-0001-catalogue': `
    create table products (
      product_id text primary key,
      name text not null,
      description text not null,
      price_minor bigint not null check (price_minor >= 0),
      currency text not null,
      category text not null,
      created_at timestamptz not null default clock_timestamp()
    );
    create index products_by_category on products (category, product_id);

    -- What the inventory service published last; a row may be here before its product.
    create table stock (
      product_id text primary key,
      available bigint not null,
      version bigint not null
    );
  `,
};
