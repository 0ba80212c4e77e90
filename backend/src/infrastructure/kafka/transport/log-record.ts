import type { HeaderVisitor, LogRecord } from './transport.port';

type Headed = Pick<LogRecord, 'headers' | 'packed'>;

/** Every header in order; none becomes an object that was none before. */
export function eachHeader(record: Headed, visit: HeaderVisitor): void {
  if (record.packed) return record.packed.eachHeader(visit);
  for (const [name, value] of record.headers) visit(name, value, 0, value?.length ?? 0);
}

/** The value of the last header of that name, as text. */
export function headerText(record: Headed, name: string): string | undefined {
  let bytes: Buffer | null = null;
  let from = 0;
  let to = 0;
  eachHeader(record, (one, value, start, end) => {
    if (one !== name) return;
    bytes = value;
    from = start;
    to = end;
  });
  return (bytes as Buffer | null)?.toString('utf8', from, to);
}

const OVERHEAD_BYTES = 800;
const HEADER_BYTES = 200;

/** What a waiting record costs in memory, at most about: its objects cost more than its bytes. */
export function memoryOf(record: LogRecord): number {
  const { packed } = record;
  if (packed) return OVERHEAD_BYTES + HEADER_BYTES * packed.headerCount + packed.bytes;
  let bytes = OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers) bytes += HEADER_BYTES + name.length + (value?.length ?? 0);
  return bytes;
}

/** The record as if it had been written with another value. */
export const withValue = (
  { topic, partition, offset, key, headers, timestamp }: LogRecord,
  value: Buffer,
): LogRecord => ({ topic, partition, offset, key, value, headers, timestamp });
