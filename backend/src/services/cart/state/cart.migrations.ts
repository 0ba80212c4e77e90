import type { Migrations } from '@/infrastructure/postgres/migrate';

export const cartMigrations: Migrations = {
  'cart-0001-carts': `
    -- user_id is null for a visitor's cart, which its cookie opens.
    create table carts (
      cart_id text primary key,
      user_id text,
      updated_at timestamptz not null default clock_timestamp()
    );

    create table cart_lines (
      cart_id text not null references carts on delete cascade,
      product_id text not null,
      quantity int not null check (quantity > 0),
      position bigint generated always as identity,
      primary key (cart_id, product_id)
    );

    -- What can be put into a cart, kept from product-events.
    create table products (
      product_id text primary key,
      name text not null,
      price_minor bigint not null check (price_minor >= 0),
      currency text not null
    );
  `,
};
