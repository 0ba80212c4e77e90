import type { RecordHeader } from '@/infrastructure/kafka/transport/transport.port';

type StoredValue = string | null | { readonly base64: string };
export type StoredHeaders = readonly (readonly [name: string, value: StoredValue])[];

/** Headers as JSON that a person can read; bytes that are not UTF-8 go as base64, so nothing is changed. */
export function toStored(headers: readonly RecordHeader[]): StoredHeaders {
  return headers.map(
    ([name, value]) => [withoutNul(name), value === null ? null : storedValue(value)] as const,
  );
}

export function fromStored(stored: StoredHeaders): RecordHeader[] {
  return stored.map(([name, value]) => {
    if (value === null) return [name, null] as const;
    return [
      name,
      typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.base64, 'base64'),
    ] as const;
  });
}

/** PostgreSQL keeps no U+0000; a record of somebody else's with one in a header's name must not hold up the rest. */
export const withoutNul = (text: string): string => text.replaceAll('\u0000', '\ufffd');

function storedValue(value: Buffer): StoredValue {
  const text = value.toString('utf8');
  // jsonb cannot hold U+0000, and replacement characters mean that the bytes were not UTF-8.
  const faithful = !text.includes('\u0000') && Buffer.from(text, 'utf8').equals(value);
  return faithful ? text : { base64: value.toString('base64') };
}
