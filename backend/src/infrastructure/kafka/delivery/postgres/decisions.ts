import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { ParkedEventChangedError } from '../delivery.errors';
import type { ParkedRow, Tenure } from '../delivery-store.port';
import { asItWas, withoutOwnEdit } from './claims';
import { laneBytes } from './parked-rows';

/**
 * A person's decision about a lane's head. `skip`: the handler that failed passes the event over, the others still
 * get it. `discard`: nothing that is parked in the lane runs any more. Answers the number of rows that are gone.
 */
export async function carryOut(session: SqlSession, tenure: Tenure, row: ParkedRow): Promise<number> {
  return row.state === 'discard' ? discard(session, tenure, row) : skip(session, tenure, row);
}

async function skip(session: SqlSession, tenure: Tenure, row: ParkedRow): Promise<number> {
  const remaining = row.pending.filter((handler) => handler !== row.handler && row.handler !== '*');
  const changed =
    remaining.length === 0
      ? await session.run(sql`delete from parked where ${asItWas(tenure, row)}`)
      : await session.run(sql`
          update parked set state = 'waiting', due_at = clock_timestamp(), attempts = 0,
            pending = ${remaining}::text[], edited_value = ${withoutOwnEdit} where ${asItWas(tenure, row)}`);
  if (changed !== 1) throw new ParkedEventChangedError();
  return remaining.length === 0 ? 1 : 0;
}

async function discard(session: SqlSession, tenure: Tenure, row: ParkedRow): Promise<number> {
  const head = await session.row(sql`select 1 from parked where ${asItWas(tenure, row)} for update`);
  if (!head) throw new ParkedEventChangedError();
  const inLane = sql`parked.group_id = ${tenure.group} and parked.topic = ${tenure.topic}
    and parked.topic_id = ${tenure.topicId} and parked.partition = ${tenure.partition}
    and parked.lane = ${laneBytes(row.lane)}`;
  await session.run(sql`
    insert into dead_letters (
      id, group_id, handler, topic, topic_id, partition, "offset", lane, key, value, headers, recorded_at, attempts,
      cause_code, cause_message, event_identity, event_type, writer_fingerprint, status, reason, decided_by,
      decided_at
    )
    select gen_random_uuid(), parked.group_id, pending.handler, parked.topic, parked.topic_id, parked.partition,
      parked."offset", parked.lane, parked.key, parked.value, parked.headers, parked.recorded_at, parked.attempts,
      'LANE_DISCARDED', 'Discarded with the events of its key.', parked.event_identity, parked.event_type,
      parked.writer_fingerprint, 'discarded', decision.reason, decision.decided_by, clock_timestamp()
    from parked cross join unnest(parked.pending) as pending (handler)
    left join lateral (
      select reason, decided_by from dead_letters
      where group_id = ${tenure.group} and topic = ${tenure.topic} and partition = ${tenure.partition}
        and "offset" = ${row.record.offset} and status = 'discarded'
      order by decided_at desc nulls last limit 1
    ) decision on true
    where ${inLane}
    on conflict (group_id, handler, topic, partition, "offset", recorded_at) do update
      set status = 'discarded', reason = excluded.reason, decided_by = excluded.decided_by,
        decided_at = excluded.decided_at
      where dead_letters.status in ('dead', 'retrying')`);
  return session.run(sql`delete from parked where ${inLane}`);
}
