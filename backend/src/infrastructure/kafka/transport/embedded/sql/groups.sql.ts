/** `epoch` rises with every move of a partition and outlives its owner; time is the database's clock alone. */
export const groupTables = `
create table log.consumer_group (
  group_name text primary key,
  generation bigint not null default 0,
  catalog_version bigint not null default -1
);

create table log.group_member (
  group_name text not null references log.consumer_group on delete cascade,
  member_id text not null,
  instance_id text,
  client_id text not null,
  host text not null,
  topics text[] not null,
  lease interval not null,
  lease_until timestamptz not null,
  generation_seen bigint not null default 0,
  primary key (group_name, member_id)
) with (fillfactor = 50);
create unique index on log.group_member (group_name, instance_id) where instance_id is not null;

create table log.group_assignment (
  group_name text not null references log.consumer_group on delete cascade,
  topic text not null,
  partition int not null,
  member_id text,
  epoch bigint not null,
  primary key (group_name, topic, partition)
);

create table log.group_offset (
  group_name text not null references log.consumer_group on delete cascade,
  topic text not null,
  partition int not null,
  committed bigint not null,
  committed_at timestamptz not null default clock_timestamp(),
  primary key (group_name, topic, partition)
) with (fillfactor = 50);
`;
