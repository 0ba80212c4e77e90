import type { Migrations } from '@/infrastructure/postgres/migrate';

/**
 * Streams in the schema of the service that owns them. `stream_events` is the truth and only ever grows; a row of
 * `streams` is the lock of its stream, says its version, and holds the last snapshot.
 *
 * `append_to_streams` appends to many streams at once. It answers false, and has written nothing, when none of them is
 * at the version that was expected; when only some are not, it raises `SV001`.
 */
export const eventStoreMigrations: Migrations = {
  'event-store-001-streams': `
    create table streams (
      stream_id text primary key,
      version integer not null,
      snapshot_version integer not null default 0,
      snapshot json
    ) with (fillfactor = 80);
    create table stream_events (
      stream_id text not null,
      version integer not null,
      type text not null,
      schema_version integer not null,
      data json not null,
      at timestamptz not null,
      primary key (stream_id, version)
    );
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'stream_events is only ever appended to';
    end $$;
    create trigger only_appended before update or delete on stream_events
      for each statement execute function refuse_change();

    create function append_to_streams(
      ids text[], expected integer[], latest integer[], snapshots text[],
      event_streams text[], versions integer[], types text[], schema_versions integer[], contents text[],
      times timestamptz[]
    ) returns boolean language plpgsql as $$
    #variable_conflict use_column
    declare
      changed integer;
    begin
      with head as (
        select * from unnest(ids, expected, latest, snapshots) as head (id, expected, latest, snapshot)
      ), begun as (
        insert into streams (stream_id, version, snapshot_version, snapshot)
        select id, head.latest, case when head.snapshot is null then 0 else head.latest end, head.snapshot::json
        from head where head.expected = 0
        on conflict do nothing returning stream_id
      ), moved as (
        update streams set version = head.latest,
          snapshot_version = case when head.snapshot is null then snapshot_version else head.latest end,
          snapshot = coalesce(head.snapshot::json, streams.snapshot)
        from head where stream_id = id and version = head.expected and head.expected > 0
        returning stream_id
      )
      select (select count(*) from begun) + (select count(*) from moved) into changed;
      if changed < cardinality(ids) then
        if changed = 0 then
          return false;
        end if;
        raise exception 'a stream is not at the version that was expected' using errcode = 'SV001';
      end if;
      insert into stream_events (stream_id, version, type, schema_version, data, at)
      select stream, version, type, schema_version, content::json, time
      from unnest(event_streams, versions, types, schema_versions, contents, times)
        as event (stream, version, type, schema_version, content, time);
      return true;
    end $$;
  `,
  'event-store-002-rebuilds': `
    create table projection_rebuilds (
      id uuid primary key,
      projection text not null,
      kind text not null,
      begun_by text not null,
      state text not null default 'running',
      streams integer not null default 0,
      events integer not null default 0,
      hashes jsonb,
      error jsonb,
      started_at timestamptz not null default clock_timestamp(),
      ended_at timestamptz
    );
    create index projection_rebuilds_latest on projection_rebuilds (projection, started_at desc);
  `,
};
