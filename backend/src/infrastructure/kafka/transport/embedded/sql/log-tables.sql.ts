/**
 * `head` has one row per partition, the only row an append contends for. Records lie in segments, one table each,
 * so that retention drops a table instead of deleting rows. A segment holds all partitions of one topic.
 */
export const logTables = `
create table log.catalog (
  only_row boolean primary key default true check (only_row),
  version bigint not null default 0
);
insert into log.catalog default values;

create table log.topic (
  topic text primary key,
  partitions int not null check (partitions > 0),
  wanted_replication int not null,
  config jsonb not null,
  segment bigint not null default 0,
  created_at timestamptz not null default clock_timestamp()
);

create table log.head (
  topic text not null references log.topic on delete cascade,
  partition int not null,
  next bigint not null default 0,
  log_start bigint not null default 0,
  last_time bigint not null default 0,
  primary key (topic, partition)
) with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table log.segment (
  segment bigint generated always as identity primary key,
  topic text not null references log.topic on delete cascade,
  created_at timestamptz not null default clock_timestamp()
);

create table log.segment_range (
  segment bigint not null references log.segment on delete cascade,
  topic text not null,
  partition int not null,
  first_offset bigint not null,
  end_offset bigint,
  last_time bigint,
  primary key (topic, partition, segment)
);
comment on column log.segment_range.end_offset is 'Null while the segment is the one appended to.';

create table log.record (
  segment bigint not null,
  partition int not null,
  record_offset bigint not null,
  record_time bigint not null,
  key bytea,
  value bytea,
  headers bytea not null
) partition by list (segment);
`;
