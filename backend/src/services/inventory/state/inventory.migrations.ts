import type { Migrations } from '@/infrastructure/postgres/migrate';

export const inventoryMigrations: Migrations = {
  'inventory-001-tables': `
    create table stock (
      product_id text collate "C" primary key,
      available integer not null check (available >= 0),
      reserved integer not null default 0 check (reserved >= 0),
      low_threshold integer not null,
      version bigint not null default 1,
      updated_at timestamptz not null default clock_timestamp()
    );
    create table reservations (
      order_id text primary key,
      status text not null,
      flow text not null default 'saga',
      lines jsonb not null default '[]',
      failure jsonb,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null default clock_timestamp()
    );
    create table movements (
      id bigint generated always as identity primary key,
      order_id text not null,
      product_id text collate "C" not null references stock (product_id),
      kind text not null check (kind in ('delivery', 'reserve', 'release', 'sale')),
      attempt integer not null default 1,
      quantity integer not null check (quantity > 0),
      at timestamptz not null default clock_timestamp(),
      unique (order_id, product_id, kind, attempt)
    );
  `,
  'inventory-002-attempts': `
    alter table reservations add column attempt integer not null default 1;
  `,
};
