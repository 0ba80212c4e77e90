import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { type Violation, violation } from '../violation';
import { MOST_FOUND, type PlacesRow, placeOf } from './event-row';

interface LogCheck {
  readonly violations: readonly Violation[];
  readonly repeats: number;
}

/** The raw log by itself. `exact`: relaying is one transaction with the append (embedded), so nothing comes twice. */
export async function checkLog(
  session: SqlSession,
  schemas: readonly string[],
  exact: boolean,
): Promise<LogCheck> {
  const repeated = await repetitions(session, schemas);
  const asSuch = exact ? repeated : repeated.filter(({ code }) => code === 'EVENT_ID_REUSED');
  return {
    violations: [
      ...(exact ? await missingOffsets(session) : []),
      ...asSuch,
      ...(await causesAfterEffects(session)),
      ...(await keysInTwoPartitions(session, schemas)),
    ],
    repeats: repeated.filter(({ code }) => code === 'EVENT_REPEATED').length,
  };
}

/** The embedded log gives every offset to a record. */
async function missingOffsets(session: SqlSession): Promise<readonly Violation[]> {
  const rows = await session.rows<{ topic: string; partition: number; from: string; to: string }>(sql`
    with places as (
      select topic, partition, "offset" from raw
      union all select topic, partition, from_offset - 1 from raw_bounds where to_offset > from_offset
      union all select topic, partition, to_offset from raw_bounds where to_offset > from_offset
    ), gaps as (
      select topic, partition, "offset" + 1 as first, lead("offset") over (
        partition by topic, partition order by "offset") - 1 as last
      from places
    )
    select topic, partition, first::text as "from", last::text as "to" from gaps
    where last >= first order by topic, partition, first limit ${MOST_FOUND}`);
  return rows.map(({ topic, partition, from, to }) => {
    const offsets = from === to ? `offset ${from} is` : `offsets ${from} to ${to} are`;
    return violation('OFFSETS_MISSING', `${topic} partition ${partition}`, `${offsets} not in the log`);
  });
}

/** Of events that came through an outbox: whoever publishes without one may not know, and repeat. */
async function repetitions(session: SqlSession, schemas: readonly string[]): Promise<readonly Violation[]> {
  const rows = await session.rows<
    PlacesRow & { readonly identity: string; readonly times: number; readonly same: boolean }
  >(sql`
    select identity, count(*)::int as times,
      count(distinct (digest, topic, partition, key, event_type)) = 1 as same,
      json_agg(${placeOf(sql`raw`)} order by topic, partition, "offset") as events
    from raw where source = any(${schemas.map((schema) => `/${schema}`)}::text[])
    group by identity having count(*) > 1 order by identity limit ${MOST_FOUND}`);
  return rows.map(({ identity, times, same, events }) =>
    same
      ? violation('EVENT_REPEATED', `event ${identity}`, `is in the log ${times} times`, events)
      : violation('EVENT_ID_REUSED', `event ${identity}`, `is ${times} records that differ`, events),
  );
}

/** In a lane an event stands behind the one that led to it. */
async function causesAfterEffects(session: SqlSession): Promise<readonly Violation[]> {
  const rows = await session.rows<PlacesRow & { readonly key: string; readonly topic: string }>(sql`
    select effect.key, effect.topic,
      json_build_array(${placeOf(sql`effect`)}, ${placeOf(sql`cause`)}) as events
    from raw effect
    join raw cause on cause.event_id = effect.causation and cause.topic = effect.topic
      and cause.partition = effect.partition and cause.key = effect.key and cause."offset" > effect."offset"
    where effect.causation is not null and not exists (
      select from raw earlier where earlier.event_id = effect.causation and earlier.topic = effect.topic
        and earlier."offset" < effect."offset")
    order by effect.topic, effect.partition, effect."offset" limit ${MOST_FOUND}`);
  return rows.map(({ topic, key, events }) =>
    violation(
      'CAUSE_AFTER_EFFECT',
      `${topic} key ${key}`,
      'an event stands before the one that led to it',
      events,
    ),
  );
}

/** Partitions may have been added to a topic; that is a new order of its keys, and reported too. */
async function keysInTwoPartitions(
  session: SqlSession,
  schemas: readonly string[],
): Promise<readonly Violation[]> {
  const rows = await session.rows<PlacesRow & { readonly topic: string; readonly key: string }>(sql`
    with spread as (
      select topic, key from raw where key is not null and source = any(${schemas.map((schema) => `/${schema}`)}::text[])
      group by topic, key having min(partition) < max(partition) order by topic, key limit ${MOST_FOUND}
    )
    select topic, key,
      (select json_agg(${placeOf(sql`firsts`)}) from (
        select distinct on (partition) raw.* from raw where raw.topic = spread.topic and raw.key = spread.key
        order by partition, "offset"
      ) firsts) as events
    from spread`);
  return rows.map(({ topic, key, events }) =>
    violation('KEY_IN_TWO_PARTITIONS', `${topic} key ${key}`, 'its events have no order', events),
  );
}
