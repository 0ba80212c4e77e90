import type { LogRecord, OutgoingRecord, TopicPartition } from '../../transport.port';

export interface RecordFields {
  readonly key?: string | Buffer | null;
  readonly value?: string | Buffer | null;
  readonly headers?: OutgoingRecord['headers'];
  readonly partition?: number;
  readonly timestamp?: number;
}

export function outgoing(topic: string, fields: RecordFields = {}): OutgoingRecord {
  const { key = null, value = 'value', headers = [], partition, timestamp } = fields;
  return {
    topic,
    key: typeof key === 'string' ? Buffer.from(key) : key,
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers,
    ...(partition === undefined ? {} : { partition }),
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}

/** `count` records for one partition, values `<prefix>0`, `<prefix>1`, and so on. */
export function numbered(topic: string, partition: number, count: number, prefix = ''): OutgoingRecord[] {
  return Array.from({ length: count }, (_, index) =>
    outgoing(topic, { value: `${prefix}${index}`, partition }),
  );
}

export const text = (record: Pick<LogRecord, 'value'>): string | null => record.value?.toString() ?? null;

export const offsetsOf = (records: readonly LogRecord[]): bigint[] => records.map((record) => record.offset);

/** Offsets `from`, `from + 1`, …, `count` of them. */
export const range = (from: bigint, count: number): bigint[] =>
  Array.from({ length: count }, (_, index) => from + BigInt(index));

export const samePartition = (a: TopicPartition, b: TopicPartition): boolean =>
  a.topic === b.topic && a.partition === b.partition;

export const partitionNumbers = (partitions: readonly TopicPartition[]): number[] =>
  partitions.map(({ partition }) => partition).toSorted((a, b) => a - b);
