import type { Migrations } from '@/infrastructure/postgres/migrate';

export const analyticsMigrations: Migrations = {
  'analytics-0001-events': `
    -- identity: what the browser calls the event, else what we do; a batch that was sent twice counts once.
    create table events (
      identity text primary key,
      event_type text not null,
      anonymous_id text,
      user_id text,
      occurred_at timestamptz not null,
      recorded_at timestamptz not null default clock_timestamp(),
      -- As text: jsonb refuses what JSON allows, such as U+0000 in a string or very deep nesting.
      data text not null
    );
    create index events_by_age on events (recorded_at);

    -- One row per slot, so that partitions that are handled at the same time do not wait for each other.
    create table totals (
      event_type text not null,
      slot int not null,
      count bigint not null,
      primary key (event_type, slot)
    );
    create table minutes (
      minute timestamptz not null,
      event_type text not null,
      slot int not null,
      count bigint not null,
      primary key (minute, event_type, slot)
    );
  `,
};
