import type { RecordHeader } from '../transport.port';

const NULL = -1;
const LENGTH_BYTES = 4;
const NONE = Buffer.alloc(0);

/** Name and value in turn, each behind its length in bytes as a 32-bit integer; a null value has length -1. */
export function encodeHeaders(headers: readonly RecordHeader[]): Buffer {
  if (headers.length === 0) return NONE;
  const parts: Buffer[] = [];
  for (const [name, value] of headers) {
    const text = Buffer.from(name);
    parts.push(lengthOf(text.length), text);
    parts.push(lengthOf(value === null ? NULL : value.length), value ?? NONE);
  }
  return Buffer.concat(parts);
}

export function decodeHeaders(bytes: Buffer): readonly RecordHeader[] {
  const headers: RecordHeader[] = [];
  let at = 0;
  const next = (): Buffer | null => {
    const length = bytes.readInt32BE(at);
    at += LENGTH_BYTES;
    if (length === NULL) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const name = next();
    headers.push([name?.toString() ?? '', next()]);
  }
  return headers;
}

export function encodedLength(headers: readonly RecordHeader[]): number {
  return headers.reduce(
    (sum, [name, value]) => sum + 2 * LENGTH_BYTES + Buffer.byteLength(name) + (value?.length ?? 0),
    0,
  );
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES);
  bytes.writeInt32BE(length);
  return bytes;
}
