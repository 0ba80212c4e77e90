import type { Migrations } from '@/infrastructure/postgres/migrate';

export const auditMigrations: Migrations = {
  'audit-0001-trail': `
    create table audit_trail (
      id bigint generated always as identity primary key,
      actor_id text not null,
      event_type text not null,
      event_id text not null,
      source text not null,
      order_id text,
      user_id text,
      resource text,
      topic text not null,
      partition int not null,
      "offset" bigint not null,
      correlation_id text not null,
      causation_id text,
      occurred_at timestamptz not null,
      recorded_at timestamptz not null default clock_timestamp()
    );
    create index audit_trail_by_order on audit_trail (order_id, id) where order_id is not null;
    create index audit_trail_by_event on audit_trail (event_id);
  `,
  'audit-0002-ids-of-any-length': `
    -- Ids of other producers have any length, and an entry of a B-tree ends at about 2,700 bytes.
    drop index audit_trail_by_order;
    drop index audit_trail_by_event;
    create index audit_trail_by_order on audit_trail using hash (order_id) where order_id is not null;
  `,
};
