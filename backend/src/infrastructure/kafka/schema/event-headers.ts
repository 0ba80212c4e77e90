import { isUtf8 } from 'node:buffer';
import type { EventEnvelope } from '@shop/contracts';
import type { Fault } from '@/infrastructure/errors/coded-error';
import type { RecordHeader } from '@/infrastructure/kafka/transport/transport.port';
import { UndecodableError } from './schema.errors';

/** CloudEvents Kafka protocol binding 1.0.2, binary content mode. */
export const CE = {
  specVersion: 'ce_specversion',
  id: 'ce_id',
  type: 'ce_type',
  source: 'ce_source',
  time: 'ce_time',
  correlationId: 'ce_correlationid',
  causationId: 'ce_causationid',
} as const;
export const CONTENT_TYPE = 'content-type';
/** Where newer Confluent clients put the schema's id, instead of in front of the value. */
export const VALUE_SCHEMA_ID = '__value_schema_id';

const SPEC_VERSION = Buffer.from('1.0');

export function headersOf(
  event: EventEnvelope<string, unknown>,
  contentType: string,
  own: Readonly<Record<string, string>>,
): RecordHeader[] {
  const headers: RecordHeader[] = [
    [CE.specVersion, SPEC_VERSION],
    [CE.id, Buffer.from(event.eventId)],
    [CE.type, Buffer.from(event.eventType)],
    [CE.source, Buffer.from(event.source)],
    [CE.time, Buffer.from(event.occurredAt)],
    [CE.correlationId, Buffer.from(event.correlationId)],
  ];
  if (event.causationId !== undefined) headers.push([CE.causationId, Buffer.from(event.causationId)]);
  headers.push([CONTENT_TYPE, Buffer.from(contentType)]);
  for (const name of Object.keys(own)) {
    if (!isReserved(name)) headers.push([name, Buffer.from(own[name] as string)]);
  }
  return headers;
}

/** What would come back to no reader: attributes must be plain text that is there. */
export function attributeFaults(event: EventEnvelope<string, unknown>): Fault[] {
  const faults: Fault[] = [];
  for (const path of ['eventId', 'source', 'correlationId', 'causationId'] as const) {
    const value = event[path];
    if (value === undefined && path === 'causationId') continue;
    if (typeof value !== 'string' || value === '' || !isPlainText(value)) {
      faults.push({ path, message: 'must be text without control characters' });
    }
  }
  if (Number.isNaN(Date.parse(event.occurredAt)))
    faults.push({ path: 'occurredAt', message: 'must be an ISO 8601 time' });
  return faults;
}

const isReserved = (name: string): boolean =>
  name.startsWith('ce_') || name === CONTENT_TYPE || name === VALUE_SCHEMA_ID;

/** What almost every header is, and the same in every encoding. */
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Header values by name; of a repeated one the last. */
export class ReceivedHeaders {
  constructor(private readonly headers: readonly RecordHeader[]) {}

  bytes(name: string): Buffer | undefined {
    const { headers } = this;
    for (let at = headers.length - 1; at >= 0; at--) {
      const header = headers[at];
      if (header && header[0] === name) return header[1] ?? undefined;
    }
    return undefined;
  }

  /** Throws `UndecodableError` for what no attribute may hold, and no database column would take. */
  text(name: string): string | undefined {
    const bytes = this.bytes(name);
    if (bytes === undefined || bytes.length === 0) return undefined;
    const ascii = bytes.toString('latin1');
    if (PRINTABLE_ASCII.test(ascii)) return ascii;
    const text = bytes.toString('utf8');
    // The replacement character stands for bytes that are not UTF-8, or for itself.
    const faithful = !text.includes('\ufffd') || isUtf8(bytes);
    if (!faithful || !isPlainText(text)) throw new UndecodableError(`Header '${name}' is not plain text.`);
    return text;
  }
}

/** Without control characters (C0, delete, C1). */
export function isPlainText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  }
  return true;
}
