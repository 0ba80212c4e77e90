import type { Migrations } from '@/infrastructure/postgres/migrate';

export const authMigrations: Migrations = {
  'auth-0001-accounts': `
    create table users (
      user_id text primary key,
      email text not null unique,
      name text,
      password_hash text not null,
      is_email_verified boolean not null default false,
      registered_at timestamptz not null default clock_timestamp()
    );

    -- Failed logins by a hash of the address, so that unknown accounts are throttled like known ones.
    create table login_failures (
      account text primary key,
      count int not null,
      first_at timestamptz not null
    );
    create index login_failures_by_age on login_failures (first_at);

    create table order_history (
      order_id text primary key,
      user_id text not null,
      status text not null,
      total numeric(18, 4) not null,
      currency text,
      item_count bigint not null,
      created_at timestamptz not null
    );
    create index order_history_by_user on order_history (user_id, created_at desc);
  `,
};
