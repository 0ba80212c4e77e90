import type { Migrations } from '@/infrastructure/postgres/migrate';

/**
 * What lanes need to remember.
 *
 * `parked`: events that wait, one row a record. Of a lane (group, topic, key) the row with the lowest offset is the head;
 * only heads have a `due_at`. `pending` are the handlers that have not had their effect yet, in the order they run.
 *   waiting  the head failed and runs again at `due_at`; or it was asked for by an operator
 *   behind   waits for the rows of its lane before it
 *   dead     the head's last attempt failed and its lane waits for a person; has no `due_at`
 *   skip, discard   a person's decision about a dead head, carried out by the partition's owner at `due_at`
 * `attempts` counts failed runs of `handler`; every change of a row that has an owner compares it (and the state) first.
 *
 * `segments`: per handler, contiguous ranges `[from_offset, to_offset)` below its watermark; `codes[i]` holds for the
 * next `runs[i]` offsets (outcome-codes.ts). Code 0 means that the outcome stands in a row of its own: inbox, parked or
 * dead_letters; `repeats` for an event that came again at this offset and had to wait or failed at another handler. The
 * inbox is partitioned by the event's own time, so that what is past the horizon is dropped whole.
 */
export const laneMigrations: Migrations = {
  'infrastructure-0003-lanes': `
    create table parked (
      group_id text not null,
      topic text not null,
      topic_id text not null,
      partition int not null,
      "offset" bigint not null,
      lane bytea not null,
      key bytea,
      value bytea,
      headers jsonb not null,
      recorded_at timestamptz not null,
      event_identity text not null,
      event_type text not null,
      writer_fingerprint text,
      pending text[] not null,
      handler text,
      attempts int not null default 0,
      state text not null check (state in ('waiting', 'behind', 'dead', 'skip', 'discard')),
      due_at timestamptz,
      edited_value bytea,
      cause jsonb,
      first_failed_at timestamptz,
      parked_at timestamptz not null default clock_timestamp(),
      primary key (group_id, topic, topic_id, partition, "offset")
    ) with (fillfactor = 70);
    create index parked_due on parked (group_id, topic, partition, due_at) where due_at is not null;
    create index parked_lanes on parked (group_id, topic, partition, lane, "offset");

    create table segments (
      group_id text not null,
      handler text not null,
      topic text not null,
      topic_id text not null,
      partition int not null,
      from_offset bigint not null,
      to_offset bigint not null check (to_offset >= from_offset),
      codes smallint[] not null,
      runs bigint[] not null,
      saved_at timestamptz not null default clock_timestamp(),
      primary key (group_id, handler, topic, topic_id, partition, from_offset)
    ) with (fillfactor = 50);

    create table outside_resets (
      id uuid primary key,
      group_id text not null,
      topic text not null,
      partition int not null,
      committed bigint not null,
      watermark bigint not null,
      noticed_at timestamptz not null default clock_timestamp()
    );

    alter table progress add column mirrored bigint;

    alter table dead_letters
      add column topic_id text not null default '',
      add column lane bytea not null default '',
      add column event_identity text not null default '',
      add column event_id text,
      add column event_type text not null default 'unknown',
      add column writer_fingerprint text,
      add column lane_waits boolean not null default false,
      add column status text not null default 'dead'
        check (status in ('dead', 'retrying', 'resolved', 'edited', 'skipped', 'discarded')),
      add column cause_chain jsonb not null default '[]',
      add column edited_value bytea,
      add column reason text,
      add column decided_by text,
      add column decided_at timestamptz;
    create index dead_letters_status on dead_letters (status, id);

    alter table inbox rename to inbox_unpartitioned;
    alter table inbox_unpartitioned rename constraint inbox_pkey to inbox_unpartitioned_pkey;
    create table inbox (
      group_id text not null,
      handler text not null,
      event_identity text not null,
      event_time timestamptz not null,
      topic text not null,
      topic_id text not null default '',
      partition int not null,
      "offset" bigint not null,
      handled_at timestamptz not null default clock_timestamp(),
      primary key (group_id, handler, event_identity, event_time)
    ) partition by range (event_time);
    create table inbox_default partition of inbox default;
    insert into inbox (group_id, handler, event_identity, event_time, topic, partition, "offset", handled_at)
    select group_id, handler, event_identity,
      case when event_identity ~ ' [0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$' then
        to_timestamp(('x0000' || left(replace(right(event_identity, 36), '-', ''), 12))::bit(64)::bigint / 1000.0)
      else '-infinity' end,
      topic, partition, "offset", handled_at
    from inbox_unpartitioned;
    drop table inbox_unpartitioned;
  `,
  'infrastructure-0007-repeats': `
    create table repeats (
      group_id text not null,
      handler text not null,
      topic text not null,
      topic_id text not null,
      partition int not null,
      "offset" bigint not null,
      event_identity text not null,
      primary key (group_id, handler, topic, topic_id, partition, "offset")
    );
  `,
};
