import { eventStoreMigrations } from '@/infrastructure/event-store/event-store.migrations';
import type { Migrations } from '@/infrastructure/postgres/migrate';
import { sagaMigrations } from '@/infrastructure/saga/saga.migrations';
import { orderStreamsMigration } from './order-streams.migration';

export const orderMigrations: Migrations = {
  ...eventStoreMigrations,
  ...sagaMigrations,
  'order-001-tables': `
    create table catalogue (
      product_id text primary key,
      price numeric(18, 4) not null check (price >= 0),
      sellable boolean not null default true
    );
    create table orders (
      order_id text primary key,
      user_id text not null,
      status text not null,
      flow text not null,
      origin text not null,
      data json not null,
      history_length integer not null default 1,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null default clock_timestamp()
    );
    create index orders_of_user on orders (user_id, created_at desc, order_id desc);
    create table order_history (
      order_id text not null references orders (order_id),
      seq integer not null,
      status text not null,
      reason text,
      at timestamptz not null default clock_timestamp(),
      primary key (order_id, seq)
    );
    create table idempotency_keys (
      user_id text not null,
      key text not null,
      request_hash text not null,
      order_id text not null,
      created_at timestamptz not null default clock_timestamp(),
      primary key (user_id, key)
    );
    create table choreographies (
      order_id text primary key references orders (order_id),
      state jsonb not null
    );
  `,
  'order-002-streams': orderStreamsMigration,
};
