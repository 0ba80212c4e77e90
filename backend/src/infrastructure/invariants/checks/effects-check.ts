import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { type Violation, violation } from '../violation';
import { MOST_FOUND, type PlacesRow, placeOf } from './event-row';

/** Answers, of which a request has exactly one; the same request again is a request of its own. */
const ANSWERS = [
  'payment.completed',
  'payment.failed',
  'payment.refunded',
  'payment.refund.failed',
  'inventory.reserved',
  'inventory.reservation.failed',
  'inventory.released',
  'shipment.created',
  'shipment.failed',
  'shipment.cancelled',
];

/** One effect for each handler and event: by the inbox of each service, held against the raw log. */
export async function checkEffects(
  session: SqlSession,
  schemas: readonly string[],
): Promise<readonly Violation[]> {
  const found: Violation[] = [];
  for (const schema of schemas) {
    found.push(...(await withoutEffect(session, schema)));
    found.push(...(await withoutEvent(session, schema)));
    found.push(...(await enteredTwice(session, schema)));
  }
  return [...found, ...(await answeredTwice(session))];
}

interface EffectRow extends PlacesRow {
  readonly group: string;
  readonly handler: string;
}

/**
 * Behind the group's watermark, of a type that the handler has taken before, and with neither an inbox row nor another
 * outcome. What was in the log before the first event that the inbox still remembers is left out.
 */
async function withoutEffect(session: SqlSession, schema: string): Promise<readonly Violation[]> {
  const at = sql.id(schema);
  const rows = await session.rows<EffectRow>(sql`
    with taken as (
      select i.group_id, i.handler, r.topic, r.event_type, min(r.at) as since
      from ${at}.inbox i
      join raw r on r.topic = i.topic and r.partition = i.partition and r."offset" = i."offset"
        and r.identity = i.event_identity
      group by i.group_id, i.handler, r.topic, r.event_type
    )
    select t.group_id as "group", t.handler, json_build_array(${placeOf(sql`r`)}) as events
    from taken t
    join raw r on r.topic = t.topic and r.event_type = t.event_type and r.at >= t.since
    join ${at}.progress p on p.group_id = t.group_id and p.topic = r.topic and p.partition = r.partition
      and r."offset" < p.watermark
    where not exists (select from ${at}.inbox i where i.group_id = t.group_id and i.handler = t.handler
        and i.event_identity = r.identity)
      and not exists (select from ${at}.dead_letters d where d.group_id = t.group_id and d.handler = t.handler
        and d.topic = r.topic and d.partition = r.partition and d."offset" = r."offset")
      and not exists (select from ${at}.parked k where k.group_id = t.group_id
        and k.topic = r.topic and k.partition = r.partition and k."offset" = r."offset"
        and t.handler = any(k.pending))
      and not exists (select from ${at}.repeats e where e.group_id = t.group_id and e.handler = t.handler
        and e.topic = r.topic and e.partition = r.partition and e."offset" = r."offset")
    order by r.topic, r.partition, r."offset", t.handler limit ${MOST_FOUND}`);
  return rows.map(({ group, handler, events }) =>
    violation(
      'EVENT_WITHOUT_EFFECT',
      `${handler} of ${group}`,
      'an event behind its watermark has no inbox row and no other outcome',
      events,
    ),
  );
}

/** An inbox row of the part of the log that was read says what stands at its place. */
async function withoutEvent(session: SqlSession, schema: string): Promise<readonly Violation[]> {
  const at = sql.id(schema);
  const rows = await session.rows<
    EffectRow & { readonly identity: string; readonly there: string | null }
  >(sql`
    select i.group_id as "group", i.handler, i.event_identity as identity, r.identity as there,
      json_build_array(json_build_object('topic', i.topic, 'partition', i.partition, 'offset', i."offset"::text,
        'eventType', null, 'eventId', null)) as events
    from ${at}.inbox i
    join raw_bounds b on b.topic = i.topic and b.topic_id = i.topic_id and b.partition = i.partition
      and i."offset" >= b.from_offset and i."offset" < b.to_offset
    left join raw r on r.topic = i.topic and r.partition = i.partition and r."offset" = i."offset"
    where r.identity is distinct from i.event_identity
    order by i.topic, i.partition, i."offset", i.handler limit ${MOST_FOUND}`);
  return rows.map(({ group, handler, identity, there, events }) => {
    const message = `it has had event ${identity}, and ${there === null ? 'nothing' : `event ${there}`} stands there`;
    return violation('EFFECT_WITHOUT_EVENT', `${handler} of ${group}`, message, events);
  });
}

async function enteredTwice(session: SqlSession, schema: string): Promise<readonly Violation[]> {
  const rows = await session.rows<EffectRow & { readonly identity: string; readonly times: number }>(sql`
    select group_id as "group", handler, event_identity as identity, count(*)::int as times,
      json_agg(json_build_object('topic', topic, 'partition', partition, 'offset', "offset"::text, 'eventType', null,
        'eventId', null)) as events
    from ${sql.id(schema)}.inbox group by group_id, handler, event_identity having count(*) > 1
    order by group_id, handler, event_identity limit ${MOST_FOUND}`);
  return rows.map(({ group, handler, identity, times, events }) =>
    violation('EFFECT_TWICE', `${handler} of ${group}`, `has had event ${identity} ${times} times`, events),
  );
}

async function answeredTwice(session: SqlSession): Promise<readonly Violation[]> {
  const rows = await session.rows<
    PlacesRow & { readonly key: string; readonly type: string; readonly cause: string }
  >(sql`
    select key, event_type as type, causation as cause,
      json_agg(${placeOf(sql`raw`)} order by topic, partition, "offset") as events
    from raw where causation is not null and event_type = any(${ANSWERS}::text[])
    group by source, key, event_type, causation having count(distinct event_id) > 1
    order by key limit ${MOST_FOUND}`);
  return rows.map(({ key, type, cause, events }) =>
    violation('EFFECT_TWICE', `order ${key}`, `event ${cause} has led to ${type} more than once`, events),
  );
}
