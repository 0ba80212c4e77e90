import { RecordTooLargeError, UnknownTopicError } from '@/infrastructure/kafka/transport/transport.errors';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { NotRefusedError } from './outbox.errors';
import type { OutboxRow } from './outbox-rows';

export type Refusal = RecordTooLargeError | UnknownTopicError;

/** A row that the log will not take, and why. */
export interface RefusedRow {
  readonly seq: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly topic: string;
  /** The key as text, empty without one: what its order is kept within. */
  readonly aggregateId: string;
  /** Of its value; 0 without one. */
  readonly bytes: number;
  readonly cause: { readonly code: string; readonly message: string };
  readonly refusedAt: Date;
  /** Rows of its aggregate that wait behind it. */
  readonly held: number;
}

/** A refused row that was decided about. */
export type DecidedRow = Omit<RefusedRow, 'bytes' | 'refusedAt' | 'held'>;

type Stored<Row extends DecidedRow> = Omit<Row, 'cause'> & RefusedRow['cause'];

/**
 * The record itself is the fault, and stays so however often it is sent. Everything else, a log that knows our password
 * no more included, is a fault of the log, and may pass.
 */
export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof RecordTooLargeError || error instanceof UnknownTopicError;

const COLUMNS = sql`seq, id, aggregatetype, aggregateid, type, payload, key, partition, headers, shard, created_at`;

/** Takes the row out of the outbox; from the same moment on its aggregate waits. */
export async function refuseRow(session: SqlSession, { seq }: OutboxRow, cause: Refusal): Promise<void> {
  await session.run(sql`
    with refused as (delete from outbox where seq = ${seq} returning ${COLUMNS})
    insert into outbox_refused (${COLUMNS}, cause_code, cause_message)
    select ${COLUMNS}, ${cause.code}, ${cause.message} from refused`);
}

const DECIDED = sql`seq, id as "eventId", type as "eventType", aggregatetype as topic, aggregateid as "aggregateId",
  cause_code as code, cause_message as message`;

/** Those that nobody has decided about, oldest first, after `after`. The outbox is read once, however many there are. */
export async function refusedRows(session: SqlSession, limit: number, after = '0'): Promise<RefusedRow[]> {
  const rows = await session.rows<Stored<RefusedRow>>(sql`
    with page as materialized (
      select ${DECIDED}, coalesce(octet_length(payload), 0) as bytes, refused_at as "refusedAt"
      from outbox_refused where set_aside_at is null and seq > ${after} order by outbox_refused.seq limit ${limit}
    ), behind as (
      select aggregatetype, aggregateid, count(*)::int as held from outbox
      where (aggregatetype, aggregateid) in (select topic, "aggregateId" from page) group by 1, 2
    )
    select page.*, coalesce(held, 0) as held
    from page left join behind on aggregatetype = topic and aggregateid = "aggregateId" order by seq`);
  return rows.map(withCause);
}

export async function countRefused(session: SqlSession): Promise<number> {
  const row = await session.row<{ count: string }>(
    sql`select count(*) from outbox_refused where set_aside_at is null`,
  );
  return Number(row?.count ?? 0);
}

/**
 * Back into the outbox, before everything of its aggregate: the topic is there now, or takes larger records. Throws
 * `NotRefusedError` where no such row waits.
 */
export async function retryRefused(session: SqlSession, seq: string): Promise<DecidedRow> {
  const retried = await session.row<Stored<DecidedRow>>(sql`
    with retried as (
      delete from outbox_refused where seq = ${seq} and set_aside_at is null
      returning ${COLUMNS}, cause_code, cause_message
    ), waiting as (
      insert into outbox (${COLUMNS}) overriding system value select ${COLUMNS} from retried
    ) select ${DECIDED} from retried`);
  return decided(retried, seq);
}

/** The row is kept, and its aggregate goes on without it. Throws `NotRefusedError` where no such row waits. */
export async function setAside(
  session: SqlSession,
  seq: string,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<DecidedRow> {
  const kept = await session.row<Stored<DecidedRow>>(sql`
    update outbox_refused set set_aside_at = clock_timestamp(), set_aside_by = ${by}, set_aside_reason = ${reason}
    where seq = ${seq} and set_aside_at is null returning ${DECIDED}`);
  return decided(kept, seq);
}

function decided(row: Stored<DecidedRow> | undefined, seq: string): DecidedRow {
  if (!row) throw new NotRefusedError(`No refused outbox row ${seq} waits for a decision.`);
  return withCause(row);
}

function withCause<Row extends RefusedRow['cause']>({ code, message, ...row }: Row) {
  return { ...row, cause: { code, message } };
}
