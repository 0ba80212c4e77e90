import type { Migrations } from '@/infrastructure/postgres/migrate';

export const notificationMigrations: Migrations = {
  'notification-0001-notifications': `
    create table contacts (
      user_id text primary key,
      email text not null,
      name text
    );

    -- What letters about an order say, kept from order-events.
    create table orders (
      order_id text primary key,
      user_id text not null,
      email text,
      currency text not null,
      total numeric(18, 4) not null,
      lines jsonb not null,
      cancel_reason text
    );

    create table notifications (
      notification_id text primary key,
      user_id text not null,
      template text not null,
      order_id text,
      status text not null check (status in ('requested', 'sent', 'failed')),
      code text,
      requested_at timestamptz not null default clock_timestamp(),
      settled_at timestamptz
    );

    -- The built-in mailbox, where no SMTP server is given.
    create table mailbox (
      id bigint generated always as identity primary key,
      message_id text not null unique,
      recipient text not null,
      subject text not null,
      text text not null,
      html text not null,
      received_at timestamptz not null default clock_timestamp()
    );
  `,
};
