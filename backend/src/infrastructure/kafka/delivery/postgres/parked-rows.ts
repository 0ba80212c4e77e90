import { fromStored, type StoredHeaders } from '@/infrastructure/outbox/record-headers';
import { sql } from '@/infrastructure/postgres/sql';
import type { ParkedRow, ParkedState } from '../delivery-store.port';

export interface StoredParkedRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly lane: Buffer;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: StoredHeaders;
  readonly recorded_ms: number;
  readonly pending: readonly string[];
  readonly handler: string | null;
  readonly attempts: number;
  readonly state: ParkedState;
  readonly edited_value: Buffer | null;
}

/** Of a table that is empty on most days, and has to be read by its indexes when it is not. */
export const PARKED_COLUMNS = sql`${sql.freshPlan} parked.topic, parked.partition, parked."offset", parked.lane, parked.key,
  parked.value, parked.headers, extract(epoch from parked.recorded_at)::float8 * 1000 as recorded_ms,
  parked.pending, parked.handler, parked.attempts, parked.state, parked.edited_value`;

export function toParkedRow(row: StoredParkedRow): ParkedRow {
  return {
    record: {
      topic: row.topic,
      partition: row.partition,
      offset: BigInt(row.offset),
      key: row.key,
      value: row.value,
      headers: fromStored(row.headers),
      timestamp: Math.round(row.recorded_ms),
    },
    lane: laneText(row.lane),
    pending: row.pending,
    handler: row.handler,
    attempts: row.attempts,
    state: row.state,
    editedValue: row.edited_value,
  };
}

/** Lanes are bytes in the table and, one character a byte, text in memory. */
export const laneBytes = (lane: string): Buffer => Buffer.from(lane, 'latin1');
export const laneText = (lane: Buffer): string => lane.toString('latin1');
