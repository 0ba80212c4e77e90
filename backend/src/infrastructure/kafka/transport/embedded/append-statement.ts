import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { Position } from '../transport.port';
import { laneKey } from './lane-key';
import type { PlacedRecord } from './placed-record';

export const APPEND_TEXT =
  'select topic, partition, first_offset from log.append($1, $2, $3, $4, $5, $6, $7, $8)';

export interface FirstOffset {
  readonly topic: string;
  readonly partition: number;
  readonly first_offset: string;
}

/** Bytes travel as one binary parameter; as an array they would be written out in hexadecimal. */
export function appendValues(records: readonly PlacedRecord[]): readonly unknown[] {
  const starts: number[] = [];
  const parts: Buffer[] = [];
  let start = 0;
  for (const { key, value, headers, size } of records) {
    starts.push(start);
    if (key) parts.push(key);
    if (value) parts.push(value);
    parts.push(headers);
    start += size;
  }
  return [
    records.map((record) => record.topic),
    records.map((record) => record.partition),
    records.map((record) => record.timestamp),
    starts,
    records.map((record) => record.key?.length ?? -1),
    records.map((record) => record.value?.length ?? -1),
    records.map((record) => record.headers.length),
    Buffer.concat(parts, start),
  ];
}

export function appendQuery(append: readonly unknown[]): SqlQuery {
  const [topics, partitions, times, starts, keys, values, headers, payload] = append;
  return sql`select topic, partition, first_offset
    from log.append(${topics}, ${partitions}, ${times}, ${starts}, ${keys}, ${values}, ${headers}, ${payload})`;
}

/** Offsets of one partition follow each other in the order of the records. */
export function positionsOf(
  records: readonly PlacedRecord[],
  firstOffsets: readonly FirstOffset[],
): Position[] {
  const next = new Map(firstOffsets.map((row) => [laneKey(row), BigInt(row.first_offset)]));
  return records.map(({ topic, partition }) => {
    const key = laneKey({ topic, partition });
    const offset = next.get(key);
    if (offset === undefined) throw new Error(`The log gave no offset for ${key}.`);
    next.set(key, offset + 1n);
    return { topic, partition, offset };
  });
}
