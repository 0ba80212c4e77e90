import type { OutgoingRecord } from '../transport.port';
import { encodeHeaders } from './header-codec';

/** A record whose partition is chosen and whose size is known. */
export interface PlacedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly timestamp: number | null;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Buffer;
  readonly size: number;
}

export function placeRecord(record: OutgoingRecord, partition: number): PlacedRecord {
  const headers = encodeHeaders(record.headers);
  return {
    topic: record.topic,
    partition,
    timestamp: record.timestamp ?? null,
    key: record.key,
    value: record.value,
    headers,
    size: headers.length + (record.key?.length ?? 0) + (record.value?.length ?? 0),
  };
}
