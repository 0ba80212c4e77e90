import { randomUUIDv7 } from 'node:crypto';
import { toDeadLetterRecord } from '@/infrastructure/kafka/dead-letters/dead-letter';
import { toStored, withoutNul } from '@/infrastructure/outbox/record-headers';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { ParkedEventChangedError } from '../delivery.errors';
import type { BurialOutcome, BurialRequest, ParkedRow } from '../delivery-store.port';
import { asItWas, resolveLetters, withoutOwnEdit } from './claims';
import { holdFences, refuseFenced } from './fence';
import { laneBytes } from './parked-rows';

/**
 * The letter, its copy for the dead-letter topic and what becomes of the lane, in one transaction. A letter that was
 * sent back and failed again is the same letter, dead once more; its copy is not written a second time. One that a
 * person has decided about stays decided, where its event is read again, and holds nothing up.
 */
export async function bury(unitOfWork: UnitOfWork, request: BurialRequest): Promise<BurialOutcome> {
  const { tenure, letter } = request;
  return unitOfWork.run(async (session) => {
    await holdFences(session, [tenure]);
    await refuseFenced(session, [tenure]);
    const id = randomUUIDv7();
    const written = await writeLetter(session, request, id);
    if (written.isNew) {
      unitOfWork.append(toDeadLetterRecord(letter), {
        eventId: id,
        eventType: withoutNul(request.eventType),
      });
    }
    // What could not be read was sent back, and this time it reached a handler.
    if (request.from && letter.handler !== '*')
      await resolveLetters(session, [{ tenure, row: request.from, handlers: [] }]);
    else if (request.from) await endRetries(session, request, request.from);
    return settleLane(session, written.isDecided ? { ...request, laneWaits: false } : request);
  });
}

async function writeLetter(
  session: SqlSession,
  request: BurialRequest,
  id: string,
): Promise<{ isNew: boolean; isDecided: boolean }> {
  const { tenure, letter, mark } = request;
  const { record, cause } = letter;
  const row = await session.row<{ id: string }>(sql`
    insert into dead_letters as known (
      id, group_id, handler, topic, topic_id, partition, "offset", lane, key, value, headers, recorded_at, attempts,
      cause_code, cause_message, cause_chain, event_identity, event_id, event_type, writer_fingerprint, lane_waits,
      first_failed_at
    ) select ${id}, ${letter.group}, ${letter.handler}, ${record.topic}, ${tenure.topicId}, ${record.partition},
      ${record.offset}, ${laneBytes(request.lane)}, ${record.key}, ${record.value},
      ${JSON.stringify(toStored(record.headers))}, to_timestamp(${record.timestamp}::double precision / 1000),
      ${letter.attempts}, ${cause.code}, ${withoutNul(cause.message)}, ${withoutNulJson(cause.chain)}::jsonb,
      ${withoutNul(mark.identity)}, ${withoutNul(eventIdOf(mark.identity))}, ${withoutNul(request.eventType)},
      ${request.writerFingerprint ?? null}, ${request.laneWaits},
      coalesce(${firstFailure(request)}, clock_timestamp())
    on conflict (group_id, handler, topic, partition, "offset", recorded_at) do update
      set status = 'dead', attempts = excluded.attempts, cause_code = excluded.cause_code,
        cause_message = excluded.cause_message, cause_chain = excluded.cause_chain,
        lane_waits = excluded.lane_waits, topic_id = excluded.topic_id
      where known.status in ('dead', 'retrying')
    returning known.id`);
  return { isNew: row?.id === id, isDecided: row === undefined };
}

/** Letters that were sent back to their handlers with this event: it reached none of them. */
async function endRetries(session: SqlSession, request: BurialRequest, from: ParkedRow): Promise<void> {
  const { tenure, letter } = request;
  const { cause } = letter;
  await session.run(sql`
    update dead_letters set status = 'dead', cause_code = ${cause.code},
      cause_message = ${withoutNul(cause.message)}, cause_chain = ${withoutNulJson(cause.chain)}::jsonb
    where group_id = ${letter.group} and topic = ${tenure.topic} and topic_id in (${tenure.topicId}, '')
      and partition = ${tenure.partition} and "offset" = ${letter.record.offset}
      and handler = any(${from.pending}::text[]) and handler <> '*' and status = 'retrying'`);
}

async function settleLane(session: SqlSession, request: BurialRequest): Promise<BurialOutcome> {
  const { tenure, letter, remaining, laneWaits, from } = request;
  const goesOn = !laneWaits && remaining.length > 0;
  if (!laneWaits && !goesOn) {
    if (from) await expectOne(session.run(sql`delete from parked where ${asItWas(tenure, from)}`));
    return 'gone';
  }
  const pending = laneWaits ? [letter.handler, ...remaining] : remaining;
  const state = laneWaits ? 'dead' : 'waiting';
  // The row goes on naming who failed: other handlers of it may have been sent back by a person, too.
  const handler = laneWaits || from ? letter.handler : null;
  const attempts = laneWaits ? letter.attempts : 0;
  const due = laneWaits ? sql`null` : sql`clock_timestamp()`;
  if (from) {
    await expectOne(
      session.run(sql`
        update parked set state = ${state}, pending = ${pending}::text[], handler = ${handler},
          attempts = ${attempts}, due_at = ${due}, edited_value = ${laneWaits ? sql`edited_value` : withoutOwnEdit}
        where ${asItWas(tenure, from)}`),
    );
  } else {
    const { record, cause } = letter;
    await session.run(sql`
      insert into parked (
        group_id, topic, topic_id, partition, "offset", lane, key, value, headers, recorded_at, event_identity,
        event_type, writer_fingerprint, pending, handler, attempts, state, due_at, cause, first_failed_at
      ) values (
        ${tenure.group}, ${tenure.topic}, ${tenure.topicId}, ${tenure.partition}, ${record.offset},
        ${laneBytes(request.lane)}, ${record.key}, ${record.value}, ${JSON.stringify(toStored(record.headers))},
        to_timestamp(${record.timestamp}::double precision / 1000), ${withoutNul(request.mark.identity)},
        ${withoutNul(request.eventType)}, ${request.writerFingerprint ?? null}, ${pending}::text[], ${handler},
        ${attempts}, ${state}, ${due}, ${withoutNulJson(cause)}::jsonb, clock_timestamp()
      ) on conflict do nothing`);
  }
  return laneWaits ? 'waits' : 'goes-on';
}

const firstFailure = ({ tenure, from }: BurialRequest) =>
  from ? sql`(select first_failed_at from parked where ${asItWas(tenure, from)})` : sql`null::timestamptz`;

/** The identity is the source, a blank and the id; the source itself holds no blank. */
const eventIdOf = (identity: string): string => identity.slice(identity.indexOf(' ') + 1);

const withoutNulJson = (value: unknown): string => JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');

async function expectOne(changing: Promise<number>): Promise<void> {
  if ((await changing) !== 1) throw new ParkedEventChangedError();
}
