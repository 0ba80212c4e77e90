import type { Migrations } from '@/infrastructure/postgres/migrate';

export const paymentMigrations: Migrations = {
  'payment-001-tables': `
    create table payments (
      order_id text primary key,
      user_id text,
      status text not null,
      amount_minor bigint,
      currency text,
      payment_method text,
      flow text not null default 'saga',
      attempt integer not null default 1,
      intent_id text unique,
      refund_attempt integer not null default 1,
      refund_id text,
      captured_minor bigint not null default 0 check (captured_minor >= 0),
      refunded_minor bigint not null default 0 check (refunded_minor between 0 and captured_minor),
      failure jsonb,
      created_at timestamptz not null default clock_timestamp(),
      updated_at timestamptz not null default clock_timestamp()
    );
    create table dues (
      order_id text primary key,
      terms jsonb,
      reserved boolean not null default false
    );
  `,
  'payment-002-requests': `
    alter table payments add column requests text[] not null default '{}';
  `,
  'payment-003-answered': `
    alter table payments add column answered text[] not null default '{}';
  `,
};
