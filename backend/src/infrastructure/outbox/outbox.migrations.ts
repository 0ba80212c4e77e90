import type { Migrations } from '@/infrastructure/postgres/migrate';

export const RELAY_SHARDS = 16;

/**
 * The columns of Debezium's outbox event router (`id, aggregatetype, aggregateid, type, payload`), so that Kafka
 * Connect can take over the relaying, and beside them what our relay needs: `seq` for the order, `shard` for its
 * owner, the record's exact key bytes, headers and (for dead-letter copies) partition.
 *
 * `outbox_refused` has the rows that the log will not take, each with its cause. Until somebody has set one aside, the
 * rows of its aggregate wait in the outbox.
 *
 * `relay_to_log` is delete and append in one statement, so in one transaction (embedded log): all of the rows go, or,
 * where one of them is gone already, none.
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
  'infrastructure-0008-outbox-refusals': `
    create table outbox_refused (
      seq bigint primary key,
      id uuid not null,
      aggregatetype text not null,
      aggregateid text not null,
      type text not null,
      payload bytea,
      key bytea,
      partition int,
      headers jsonb not null,
      shard int not null,
      created_at timestamptz not null,
      cause_code text not null,
      cause_message text not null,
      refused_at timestamptz not null default clock_timestamp(),
      set_aside_at timestamptz,
      set_aside_by text,
      set_aside_reason text
    );
    create index outbox_refused_holding on outbox_refused (aggregatetype, aggregateid) where set_aside_at is null;

    create function relay_to_log(
      seqs bigint[], topics text[], partitions int[], times bigint[],
      starts int[], key_lengths int[], value_lengths int[], header_lengths int[], payload bytea
    ) returns table (topic text, partition int, first_offset bigint) language plpgsql as $$
    #variable_conflict use_column
    declare
      gone bigint;
    begin
      -- Planned anew for the table's present size.
      execute 'delete from outbox where seq = any($1)' using seqs;
      get diagnostics gone = row_count;
      if gone < cardinality(seqs) then
        raise exception 'rows of the batch are relayed already' using errcode = 'OB409';
      end if;
      return query select a.topic, a.partition, a.first_offset
        from log.append(topics, partitions, times, starts, key_lengths, value_lengths, header_lengths, payload) a;
    end $$;
  `,
};
