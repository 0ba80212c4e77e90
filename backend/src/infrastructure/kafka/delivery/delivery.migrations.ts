import type { Migrations } from '@/infrastructure/postgres/migrate';

/**
 * `progress` is the truth about what a group has behind it: everything below `watermark` has an outcome. `epoch`
 * rises with every change of owner, `topic_id` tells the topic from another of its name, whose offsets mean something
 * else. `inbox` has a row per effect; `dead_letters` what no run can help.
 */
export const deliveryMigrations: Migrations = {
  'infrastructure-0002-delivery': `
    create table progress (
      group_id text not null,
      topic text not null,
      partition int not null,
      topic_id text not null,
      watermark bigint not null,
      epoch bigint not null,
      updated_at timestamptz not null default clock_timestamp(),
      primary key (group_id, topic, partition)
    ) with (fillfactor = 50);

    create table inbox (
      group_id text not null,
      handler text not null,
      event_identity text not null,
      topic text not null,
      partition int not null,
      "offset" bigint not null,
      handled_at timestamptz not null default clock_timestamp(),
      primary key (group_id, handler, event_identity)
    );

    create table dead_letters (
      id uuid primary key,
      group_id text not null,
      handler text not null,
      topic text not null,
      partition int not null,
      "offset" bigint not null,
      key bytea,
      value bytea,
      headers jsonb not null,
      recorded_at timestamptz not null,
      attempts int not null,
      cause_code text not null,
      cause_message text not null,
      first_failed_at timestamptz not null default clock_timestamp(),
      unique (group_id, handler, topic, partition, "offset", recorded_at)
    );
  `,
};
