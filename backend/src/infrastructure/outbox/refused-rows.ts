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
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly cause: { readonly code: string; readonly message: string };
  readonly refusedAt: Date;
  /** Rows of its aggregate that wait behind it. */
  readonly held: number;
}

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

/** Those that nobody has decided about, oldest first, after `after`. */
export async function refusedRows(session: SqlSession, limit: number, after = '0'): Promise<RefusedRow[]> {
  const rows = await session.rows<
    Omit<RefusedRow, 'cause' | 'held'> & { held: string; code: string; message: string }
  >(sql`
    select seq, id as "eventId", type as "eventType", aggregatetype as topic, key, payload as value,
      cause_code as code, cause_message as message, refused_at as "refusedAt", (
        select count(*) from outbox o
        where o.aggregatetype = r.aggregatetype and o.aggregateid = r.aggregateid
      ) as held
    from outbox_refused r where set_aside_at is null and seq > ${after} order by seq limit ${limit}`);
  return rows.map(({ code, message, held, ...row }) => ({
    ...row,
    cause: { code, message },
    held: Number(held),
  }));
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
export async function retryRefused(session: SqlSession, seq: string): Promise<void> {
  const moved = await session.run(sql`
    with retried as (
      delete from outbox_refused where seq = ${seq} and set_aside_at is null returning ${COLUMNS}
    ) insert into outbox (${COLUMNS}) overriding system value select ${COLUMNS} from retried`);
  if (moved === 0) throw new NotRefusedError(`No refused outbox row ${seq} waits for a decision.`);
}

/** The row is kept, and its aggregate goes on without it. Throws `NotRefusedError` where no such row waits. */
export async function setAside(
  session: SqlSession,
  seq: string,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<void> {
  const changed = await session.run(sql`
    update outbox_refused set set_aside_at = clock_timestamp(), set_aside_by = ${by}, set_aside_reason = ${reason}
    where seq = ${seq} and set_aside_at is null`);
  if (changed === 0) throw new NotRefusedError(`No refused outbox row ${seq} waits for a decision.`);
}
