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
  // Orders on their way get a time, too: what they wait for may have been lost before there was one.
  'order-003-choreography-deadlines': `
    alter table choreographies add column due_at timestamptz;
    create index choreographies_due on choreographies (due_at) where due_at is not null;
    insert into choreographies (order_id, state, due_at)
    select stream_id, '{}', clock_timestamp() + interval '120 seconds' from stream_events placed
    where version = 1 and data -> 'order' ->> 'flow' = 'choreography' and not exists (
      select from stream_events changed where changed.stream_id = placed.stream_id
        and coalesce(changed.data ->> 'to', changed.data ->> 'status') in
          ('completed', 'cancelled', 'needs_attention'))
    on conflict (order_id) do update set due_at = excluded.due_at;
  `,
};
