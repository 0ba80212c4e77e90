import type { Migrations } from '@/infrastructure/postgres/migrate';

/**
 * A replay, where it stands in each partition, and which events it did not run although they are in its range. It is
 * run by whoever holds the session lock of its id. `replay_adoptions` are events that a rebuild ran and the live group
 * never did: with the rebuilt rows they become the live group's, as rows of its inbox.
 */
export const replayMigrations: Migrations = {
  'infrastructure-0005-replays': `
    create table replays (
      id uuid primary key,
      group_id text not null,
      mode text not null check (mode in ('fill', 'rebuild', 'dry')),
      topics text[] not null,
      handlers text[] not null,
      rate int,
      state text not null check (state in ('running', 'completed', 'incomplete', 'failed', 'cancelled')),
      run_number int not null default 1,
      prepared boolean not null default false,
      cancel_requested boolean not null default false,
      counts jsonb not null,
      difference jsonb,
      notes text[] not null,
      cause jsonb,
      started_by text not null,
      started_at timestamptz not null,
      updated_at timestamptz not null default clock_timestamp(),
      ended_at timestamptz
    );
    create index replays_running on replays (group_id) where state = 'running';

    create table replay_partitions (
      replay_id uuid not null references replays on delete cascade,
      topic text not null,
      topic_id text not null,
      partition int not null,
      from_offset bigint not null,
      to_offset bigint not null,
      position bigint not null,
      primary key (replay_id, topic, partition)
    ) with (fillfactor = 50);

    create table replay_troubles (
      replay_id uuid not null references replays on delete cascade,
      topic text not null,
      partition int not null,
      "offset" bigint not null,
      handler text not null,
      kind text not null check (kind in ('failed', 'held', 'left')),
      lane bytea not null,
      code text not null,
      message text not null,
      noticed_at timestamptz not null default clock_timestamp(),
      primary key (replay_id, topic, partition, "offset", handler)
    );
    create index replay_troubles_lanes on replay_troubles (replay_id, topic, partition, lane) where kind <> 'held';

    create table replay_adoptions (
      replay_id uuid not null references replays on delete cascade,
      handler text not null,
      event_identity text not null,
      event_time timestamptz not null,
      topic text not null,
      topic_id text not null,
      partition int not null,
      "offset" bigint not null,
      primary key (replay_id, handler, event_identity)
    );
  `,
};
