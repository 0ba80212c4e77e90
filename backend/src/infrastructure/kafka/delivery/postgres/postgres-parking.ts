import { toStored, withoutNul } from '@/infrastructure/outbox/record-headers';
import type { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { ParkedEventChangedError } from '../delivery.errors';
import type { Parking, ParkedRow, ParkRequest, Tenure } from '../delivery-store.port';
import { carryOut } from './decisions';
import { holdFences, refuseFenced } from './fence';
import { laneBytes, PARKED_COLUMNS, type StoredParkedRow, toParkedRow } from './parked-rows';

/** Where no row is due, the next look; a person's decision or another process's work shows within it. */
const LOOK_AGAIN_MS = 250;

export class PostgresParking implements Parking {
  constructor(private readonly database: Database) {}

  /** All of them or none. */
  async park(requests: readonly ParkRequest[]): Promise<void> {
    const tenures = requests.map(({ tenure }) => tenure);
    await this.database.transaction(async (session) => {
      await Promise.all([holdFences(session, tenures), refuseFenced(session, tenures)]);
      const added = requests.filter(({ from }) => from === undefined);
      if (added.length > 0) await insert(session, added);
      const again = requests.flatMap(({ from, failure, ...request }) =>
        from && failure ? [{ ...request, from, failure }] : [],
      );
      if (added.length + again.length < requests.length)
        throw new Error('A parked row is postponed by a failure only.');
      if (again.length > 0) await postpone(session, again);
    });
  }

  async due(
    partitions: readonly { readonly tenure: Tenure; readonly except: readonly string[] }[],
    limit: number,
  ) {
    const tenures = partitions.map(({ tenure }) => tenure);
    const except = partitions.flatMap(({ except: lanes }, index) =>
      lanes.map((lane) => Buffer.concat([Buffer.from(`${index + 1} `), laneBytes(lane)])),
    );
    const rows = await this.database.rows<StoredParkedRow & { nth: string; wait_ms: number }>(sql`
      select head.*, owned.nth, extract(epoch from head.due_at - clock_timestamp())::float8 * 1000 as wait_ms
      from ${owned(tenures)} cross join lateral (
        select ${PARKED_COLUMNS}, parked.due_at from parked
        where parked.group_id = owned.group_id and parked.topic = owned.topic and parked.topic_id = owned.topic_id
          and parked.partition = owned.partition and parked.due_at is not null
          and convert_to(owned.nth || ' ', 'UTF8') || parked.lane <> all(${except}::bytea[])
        order by parked.due_at limit ${limit + 1}
      ) head
      order by head.due_at limit ${limit + 1}`);
    const isDue = rows.filter(({ wait_ms }) => wait_ms <= 0).slice(0, limit);
    const next = rows[isDue.length];
    return {
      rows: isDue.map((row) => ({ ...toParkedRow(row), tenure: tenureAt(tenures, row.nth) })),
      nextMs: next ? Math.min(LOOK_AGAIN_MS, Math.max(0, next.wait_ms)) : LOOK_AGAIN_MS,
    };
  }

  async laneFrom(tenure: Tenure, lane: string, offset: bigint, limit: number): Promise<readonly ParkedRow[]> {
    const rows = await this.database.rows<StoredParkedRow>(sql`
      select ${PARKED_COLUMNS} from parked
      where group_id = ${tenure.group} and topic = ${tenure.topic} and topic_id = ${tenure.topicId}
        and partition = ${tenure.partition} and lane = ${laneBytes(lane)} and "offset" >= ${offset}
      order by "offset" limit ${limit}`);
    return rows.map(toParkedRow);
  }

  decide(tenure: Tenure, row: ParkedRow): Promise<number> {
    return this.database.transaction(async (session) => {
      await holdFences(session, [tenure]);
      await refuseFenced(session, [tenure]);
      return carryOut(session, tenure, row);
    });
  }
}

const owned = (tenures: readonly Tenure[]) => sql`
  unnest(
    ${tenures.map(({ group }) => group)}::text[], ${tenures.map(({ topic }) => topic)}::text[],
    ${tenures.map(({ topicId }) => topicId)}::text[], ${tenures.map(({ partition }) => partition)}::int[]
  ) with ordinality as owned (group_id, topic, topic_id, partition, nth)`;

function tenureAt(tenures: readonly Tenure[], nth: string): Tenure {
  const tenure = tenures[Number(nth) - 1];
  if (!tenure) throw new Error(`No tenure ${nth} was asked for.`);
  return tenure;
}

/**
 * A handler that was added later may find the record parked for the others: it joins them. A redelivered record of a
 * crashed process may find its own row: it stays as it is.
 */
async function insert(session: SqlSession, requests: readonly ParkRequest[]): Promise<void> {
  const column = <T>(of: (request: ParkRequest) => T) => requests.map(of);
  await session.run(sql`
    insert into parked as known (
      group_id, topic, topic_id, partition, "offset", lane, key, value, headers, recorded_at, event_identity,
      event_type, writer_fingerprint, pending, handler, attempts, state, due_at, cause, first_failed_at
    )
    select group_id, topic, topic_id, partition, "offset", lane, key, value, headers,
      to_timestamp(recorded_ms / 1000), event_identity, event_type, writer_fingerprint,
      array(select jsonb_array_elements_text(pending)), handler, attempts, state,
      clock_timestamp() + delay_ms * interval '1 millisecond', cause,
      case when handler is not null then clock_timestamp() end
    from unnest(
      ${column(({ tenure }) => tenure.group)}::text[], ${column(({ tenure }) => tenure.topic)}::text[],
      ${column(({ tenure }) => tenure.topicId)}::text[], ${column(({ tenure }) => tenure.partition)}::int[],
      ${column(({ record }) => record.offset)}::bigint[], ${column(({ lane }) => laneBytes(lane))}::bytea[],
      ${column(({ record }) => record.key)}::bytea[], ${column(({ record }) => record.value)}::bytea[],
      ${column(({ record }) => JSON.stringify(toStored(record.headers)))}::jsonb[],
      ${column(({ record }) => record.timestamp)}::float8[], ${column(({ mark }) => mark.identity)}::text[],
      ${column(({ eventType }) => withoutNul(eventType))}::text[],
      ${column(({ writerFingerprint }) => writerFingerprint ?? null)}::text[],
      ${column(({ pending }) => JSON.stringify(pending))}::jsonb[],
      ${column(({ failure }) => failure?.handler ?? null)}::text[],
      ${column(({ failure }) => failure?.attempts ?? 0)}::int[],
      ${column(({ failure }) => (failure ? 'waiting' : 'behind'))}::text[],
      ${column(({ failure }) => failure?.delayMs ?? null)}::float8[],
      ${column(({ failure }) => (failure ? JSON.stringify(failure.cause) : null))}::jsonb[]
    ) as parked (
      group_id, topic, topic_id, partition, "offset", lane, key, value, headers, recorded_ms, event_identity,
      event_type, writer_fingerprint, pending, handler, attempts, state, delay_ms, cause
    )
    on conflict (group_id, topic, topic_id, partition, "offset") do update
      set pending = known.pending || array(
        select unnest(excluded.pending) except select unnest(known.pending))`);
}

type Postponed = ParkRequest & Required<Pick<ParkRequest, 'from' | 'failure'>>;

/** Rejects with `ParkedEventChangedError` when one of the rows is not as it was when its run began. */
async function postpone(session: SqlSession, requests: readonly Postponed[]): Promise<void> {
  const column = <T>(of: (request: Postponed) => T) => requests.map(of);
  const changed = await session.run(sql`
    update ${sql.freshPlan} parked set state = 'waiting', handler = again.handler, attempts = again.attempts,
      due_at = clock_timestamp() + again.delay_ms * interval '1 millisecond', cause = again.cause,
      pending = array(select jsonb_array_elements_text(again.pending)),
      first_failed_at = coalesce(first_failed_at, clock_timestamp())
    from unnest(
      ${column(({ tenure }) => tenure.group)}::text[], ${column(({ tenure }) => tenure.topic)}::text[],
      ${column(({ tenure }) => tenure.topicId)}::text[], ${column(({ tenure }) => tenure.partition)}::int[],
      ${column(({ from }) => from.record.offset)}::bigint[], ${column(({ from }) => from.state)}::text[],
      ${column(({ from }) => from.attempts)}::int[], ${column(({ failure }) => failure.handler)}::text[],
      ${column(({ failure }) => failure.attempts)}::int[], ${column(({ failure }) => failure.delayMs)}::float8[],
      ${column(({ failure }) => JSON.stringify(failure.cause))}::jsonb[],
      ${column(({ pending }) => JSON.stringify(pending))}::jsonb[]
    ) as again (
      group_id, topic, topic_id, partition, "offset", was, had, handler, attempts, delay_ms, cause, pending
    )
    where parked.group_id = again.group_id and parked.topic = again.topic and parked.topic_id = again.topic_id
      and parked.partition = again.partition and parked."offset" = again."offset"
      and parked.state = again.was and parked.attempts = again.had`);
  if (changed !== requests.length) throw new ParkedEventChangedError();
}
