import type { Migrations } from '@/infrastructure/postgres/migrate';

export const RELAY_SHARDS = 16;

/**
 * The columns of Debezium's outbox event router (`id, aggregatetype, aggregateid, type, payload`), so that Kafka
 * Connect can take over the relaying, and beside them what our relay needs: `seq` for the order, `shard` for its
 * owner, the record's exact key bytes, headers and (for dead-letter copies) partition.
 */
export const outboxMigrations: Migrations = {
  'infrastructure-0001-outbox': `
    create table outbox (
      seq bigint generated always as identity primary key,
      id uuid not null,
      aggregatetype text not null,
      aggregateid text not null,
      type text not null,
      payload bytea,
      key bytea,
      partition int,
      headers jsonb not null,
      shard int not null,
      created_at timestamptz not null default clock_timestamp()
    );
    alter table outbox set (
      autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000,
      autovacuum_vacuum_cost_delay = 0
    );
  `,
};
