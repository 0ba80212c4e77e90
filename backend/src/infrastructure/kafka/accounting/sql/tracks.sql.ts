import type { PartitionOffsets } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { ExpectedAccount } from '../account-source';

/** A partition of the log, and what tells its topic from another of the name. */
export interface LogBounds extends PartitionOffsets {
  readonly topicId: string;
}

/**
 * `tracks`: one row a group, handler and partition, those with segments and the expected ones. An account is held for
 * `[base, ceiling)`; `reached` is the watermark. A handler that starts at the beginning answers for the whole log. One
 * that started later, is not of this process, or had progress before there were accounts (its group has inbox rows from
 * then), answers for what its segments begin with.
 *
 * `runs`: what the segments say, one row a run of offsets `[lo, hi)`, as it stands in the table.
 */
export const tracksSql = (
  bounds: readonly LogBounds[],
  expected: readonly ExpectedAccount[],
): SqlQuery => sql`
  bounds as (
    select * from unnest(
      ${bounds.map(({ topic }) => topic)}::text[], ${bounds.map(({ topicId }) => topicId)}::text[],
      ${bounds.map(({ partition }) => partition)}::int[], ${bounds.map(({ start }) => start)}::bigint[],
      ${bounds.map(({ end }) => end)}::bigint[]
    ) as bounds (topic, topic_id, partition, log_start, log_end)
  ),
  expected as (
    select group_id, handler, topic, whole, array(select jsonb_array_elements_text(types)) as event_types
    from unnest(
      ${expected.map(({ group }) => group)}::text[], ${expected.map(({ handler }) => handler)}::text[],
      ${expected.map(({ topic }) => topic)}::text[], ${expected.map(({ from }) => from === 'beginning')}::boolean[],
      ${expected.map(({ eventTypes }) => JSON.stringify(eventTypes))}::jsonb[]
    ) as expected (group_id, handler, topic, whole, types)
  ),
  covered as materialized (
    select group_id, handler, topic, topic_id, partition, min(from_offset) as first, max(to_offset) as reached
    from segments join bounds using (topic, topic_id, partition)
    group by group_id, handler, topic, topic_id, partition
  ),
  tracks as materialized (
    select (row_number() over (order by group_id, handler, topic, partition))::int as track,
      group_id, handler, topic, topic_id, partition, log_start, log_end, reached,
      coalesce(event_types, '{}') as event_types, event_types is not null as registered,
      case
        when first is null or first <= log_start then log_start
        when whole and not exists (
          select 1 from inbox where inbox.group_id = known.group_id and inbox.topic_id = '') then log_start
        else first
      end as base,
      least(coalesce(reached, log_start), log_end) as ceiling
    from (
      select group_id, handler, topic, partition from covered
      union
      select group_id, handler, topic, partition from expected join bounds using (topic)
    ) known
    join bounds using (topic, partition)
    left join covered using (group_id, handler, topic, topic_id, partition)
    left join expected using (group_id, handler, topic)
  ),
  runs as (
    select track, code, from_offset + past - run as lo, least(from_offset + past, to_offset) as hi
    from tracks join segments using (group_id, handler, topic, topic_id, partition)
    cross join lateral (
      select code, run, sum(run) over (order by nth)::bigint as past
      from unnest(codes, runs) with ordinality as part (code, run, nth)
    ) part
    where code is not null and run > 0 and from_offset + past - run < to_offset
  )`;
