import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { fromStored, type StoredHeaders } from '@/infrastructure/outbox/record-headers';
import { sql } from '@/infrastructure/postgres/sql';
import type { Letter, LetterStatus } from './letter';

/** A row of `dead_letters`. */
export interface StoredLetter {
  readonly id: string;
  readonly group_id: string;
  readonly handler: string;
  readonly topic: string;
  readonly topic_id: string;
  readonly partition: number;
  readonly offset: string;
  readonly lane: Buffer;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: StoredHeaders;
  readonly recorded_ms: number;
  readonly recorded_at: string;
  readonly attempts: number;
  readonly cause_code: string;
  readonly cause_message: string;
  readonly cause_chain: readonly unknown[];
  readonly first_failed_at: string;
  readonly event_identity: string;
  readonly event_id: string | null;
  readonly event_type: string;
  readonly writer_fingerprint: string | null;
  readonly lane_waits: boolean;
  readonly status: LetterStatus;
  readonly edited_value: Buffer | null;
  readonly reason: string | null;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
}

/** ISO 8601 in UTC with microseconds, as the database keeps it: texts sort like the times. */
const isoTime = (column: 'recorded_at' | 'first_failed_at' | 'decided_at') =>
  sql`to_char(${sql.id(column)} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${sql.id(column)}`;

export const LETTER_COLUMNS = sql`id, group_id, handler, topic, topic_id, partition, "offset",
  case when lane <> '' then lane when key is null then convert_to('n' || "offset", 'utf8')
    else 'k'::bytea || key end as lane,
  key, value, headers, extract(epoch from recorded_at)::float8 * 1000 as recorded_ms, ${isoTime('recorded_at')},
  attempts, cause_code, cause_message, cause_chain, ${isoTime('first_failed_at')}, event_identity, event_id,
  event_type, writer_fingerprint, lane_waits, status, edited_value, reason, decided_by, ${isoTime('decided_at')}`;

/** The record as it was in its topic. */
export function recordOf(row: StoredLetter): LogRecord {
  return {
    topic: row.topic,
    partition: row.partition,
    offset: BigInt(row.offset),
    key: row.key,
    value: row.value,
    headers: fromStored(row.headers),
    timestamp: Math.round(row.recorded_ms),
  };
}

/** Without the decoded value. */
export function toLetter(row: StoredLetter): Letter {
  const headers = fromStored(row.headers).map(
    ([name, value]) => [name, value === null ? null : value.toString('utf8')] as const,
  );
  return {
    id: row.id,
    status: row.status,
    group: row.group_id,
    handler: row.handler,
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
    key: row.key === null ? null : row.key.toString('utf8'),
    eventId: row.event_id,
    eventType: row.event_type,
    attempts: row.attempts,
    cause: { code: row.cause_code, message: row.cause_message },
    firstFailedAt: row.first_failed_at,
    headers: Object.fromEntries(headers),
    valueBase64: row.value === null ? null : row.value.toString('base64'),
  };
}
