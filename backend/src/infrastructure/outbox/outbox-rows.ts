import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { fromStored, type StoredHeaders } from './record-headers';

export interface OutboxRow {
  readonly seq: string;
  readonly eventType: string;
  /** What its order is kept within: topic and key. */
  readonly aggregate: string;
  readonly record: OutgoingRecord;
}

interface StoredRow {
  seq: string;
  topic: string;
  aggregateid: string;
  type: string;
  payload: Buffer | null;
  key: Buffer | null;
  partition: number | null;
  headers: StoredHeaders;
}

/** Bounds the memory of a batch however large its rows are; one larger row goes alone. */
export const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * The oldest committed rows of the shards, in order; they stay where they are. Of each aggregate it is the beginning of
 * what waits. Rows of an aggregate with a refused row are left out.
 *
 * The plan has to fit the table as it is now, empty or with a million rows, so none may be kept. The row numbers are an array, so that the rows come by the primary key in any case.
 */
export async function oldestRows(
  session: SqlSession,
  shards: readonly number[],
  limit: number,
  from = '0',
): Promise<OutboxRow[]> {
  const rows = await session.rows<StoredRow>(sql`
    select ${sql.freshPlan} seq, aggregatetype as topic, aggregateid, type, payload, key, partition, headers from outbox
    where seq = any(array(
      select seq from (
        select oldest.*, sum(bytes) over (order by seq) - bytes as bytes_before from (
          select seq, coalesce(octet_length(payload), 0) as bytes from outbox
          where seq >= ${from}::bigint and shard = any(${shards}::int[]) and (aggregatetype, aggregateid) not in (
            select aggregatetype, aggregateid from outbox_refused where set_aside_at is null
          ) order by seq limit ${limit}
        ) oldest
      ) sized where bytes_before < ${BATCH_BYTES}
    )) order by seq`);
  return rows.map(toOutboxRow);
}

/** Answers how many of them were still there. By a plan of its own, too. */
export async function deleteRows(session: SqlSession, seqs: readonly string[]): Promise<number> {
  const row = await session.row<{ gone: number }>(sql`
    with gone as (delete ${sql.freshPlan} from outbox where seq = any(${seqs}::bigint[]) returning seq)
    select count(*)::int as gone from gone`);
  return row?.gone ?? 0;
}

export async function pendingRows(session: SqlSession): Promise<number> {
  const row = await session.row<{ count: string }>(sql`select count(*) from outbox`);
  return Number(row?.count ?? 0);
}

function toOutboxRow(row: StoredRow): OutboxRow {
  const { seq, topic, aggregateid, type, payload, key, partition, headers } = row;
  return {
    seq,
    eventType: type,
    aggregate: `${topic}:${aggregateid}`,
    record: {
      topic,
      key,
      value: payload,
      headers: fromStored(headers),
      ...(partition === null ? {} : { partition }),
    },
  };
}
