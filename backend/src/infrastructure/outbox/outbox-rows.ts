import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { fromStored, type StoredHeaders } from './record-headers';

export interface OutboxRow {
  readonly seq: string;
  readonly eventType: string;
  readonly record: OutgoingRecord;
}

interface StoredRow {
  seq: string;
  topic: string;
  type: string;
  payload: Buffer | null;
  key: Buffer | null;
  partition: number | null;
  headers: StoredHeaders;
}

const COLUMNS = sql`seq, aggregatetype as topic, type, payload, key, partition, headers`;

/** The oldest committed rows of the shards, in order; they stay where they are. */
export async function oldestRows(
  session: SqlSession,
  shards: readonly number[],
  limit: number,
): Promise<OutboxRow[]> {
  const rows = await session.rows<StoredRow>(sql`
    select ${COLUMNS} from outbox where shard = any(${shards}::int[]) order by seq limit ${limit}`);
  return rows.map(toOutboxRow);
}

/** The oldest committed rows of the shards, in order, deleted by this transaction. */
export async function takeRows(
  session: SqlSession,
  shards: readonly number[],
  limit: number,
): Promise<OutboxRow[]> {
  const rows = await session.rows<StoredRow>(sql`
    with taken as (
      delete from outbox where seq in (
        select seq from outbox where shard = any(${shards}::int[]) order by seq limit ${limit}
      ) returning ${COLUMNS}
    ) select * from taken order by seq`);
  return rows.map(toOutboxRow);
}

export function deleteRows(session: SqlSession, seqs: readonly string[]): Promise<number> {
  return session.run(sql`delete from outbox where seq = any(${seqs}::bigint[])`);
}

export async function pendingRows(session: SqlSession): Promise<number> {
  const row = await session.row<{ count: string }>(sql`select count(*) from outbox`);
  return Number(row?.count ?? 0);
}

function toOutboxRow(row: StoredRow): OutboxRow {
  const { seq, topic, type, payload, key, partition, headers } = row;
  return {
    seq,
    eventType: type,
    record: {
      topic,
      key,
      value: payload,
      headers: fromStored(headers),
      ...(partition === null ? {} : { partition }),
    },
  };
}
