import { isUtf8 } from 'node:buffer';
import type { EventEnvelope } from '@shop/contracts';
import type { Fault } from '@/infrastructure/errors/coded-error';
import { eachHeader } from '@/infrastructure/kafka/transport/log-record';
import type { LogRecord, RecordHeader } from '@/infrastructure/kafka/transport/transport.port';
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
export const AVRO = 'application/avro';
/** Where newer Confluent clients put the schema's id, instead of in front of the value. */
export const VALUE_SCHEMA_ID = '__value_schema_id';
const TRACEPARENT = 'traceparent';

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

/** The headers that say what a record is; of a repeated one the last. Each is made into text when it is asked for. */
export class ReceivedHeaders {
  private rawType: string | undefined;
  private rawId: string | undefined;
  private rawSource: string | undefined;
  private rawTime: string | undefined;
  private rawCorrelationId: string | undefined;
  private rawCausationId: string | undefined;
  private rawContentType: string | undefined;
  private rawSchemaId: string | undefined;
  private rawTraceparent: string | undefined;

  constructor(record: Pick<LogRecord, 'headers' | 'packed'>) {
    eachHeader(record, (name, bytes, from, to) => {
      const raw = bytes?.toString('latin1', from, to);
      switch (name) {
        case CE.type:
          this.rawType = raw;
          break;
        case CE.id:
          this.rawId = raw;
          break;
        case CE.source:
          this.rawSource = raw;
          break;
        case CE.time:
          this.rawTime = raw;
          break;
        case CE.correlationId:
          this.rawCorrelationId = raw;
          break;
        case CE.causationId:
          this.rawCausationId = raw;
          break;
        case CONTENT_TYPE:
          this.rawContentType = raw;
          break;
        case VALUE_SCHEMA_ID:
          this.rawSchemaId = raw;
          break;
        case TRACEPARENT:
          this.rawTraceparent = raw;
          break;
        default:
      }
    });
  }

  get type(): string | undefined {
    return plainText(CE.type, this.rawType);
  }

  get id(): string | undefined {
    return plainText(CE.id, this.rawId);
  }

  get source(): string | undefined {
    return plainText(CE.source, this.rawSource);
  }

  get time(): string | undefined {
    return plainText(CE.time, this.rawTime);
  }

  get correlationId(): string | undefined {
    return plainText(CE.correlationId, this.rawCorrelationId);
  }

  get causationId(): string | undefined {
    return plainText(CE.causationId, this.rawCausationId);
  }

  /** Without parameters, in small letters; '' where it is not said. */
  get mediaType(): string {
    const type = plainText(CONTENT_TYPE, this.rawContentType);
    // What our own events have needs no taking apart.
    return type === AVRO ? type : (type?.split(';')[0] ?? '').trim().toLowerCase();
  }

  /** Undefined where it is none that could be passed on; an event is no worse without. */
  get traceparent(): string | undefined {
    const raw = this.rawTraceparent;
    return raw !== undefined && PRINTABLE_ASCII.test(raw) ? raw : undefined;
  }

  get schemaId(): Buffer | undefined {
    return this.rawSchemaId === undefined ? undefined : Buffer.from(this.rawSchemaId, 'latin1');
  }
}

/** Throws `UndecodableError` for what no attribute may hold, and no database column would take. */
function plainText(name: string, raw: string | undefined): string | undefined {
  if (raw === undefined || raw === '') return undefined;
  if (PRINTABLE_ASCII.test(raw)) return raw;
  const bytes = Buffer.from(raw, 'latin1');
  const text = bytes.toString('utf8');
  // The replacement character stands for bytes that are not UTF-8, or for itself.
  const faithful = !text.includes('\ufffd') || isUtf8(bytes);
  if (!faithful || !isPlainText(text)) throw new UndecodableError(`Header '${name}' is not plain text.`);
  return text;
}

/** Without control characters (C0, delete, C1). */
export function isPlainText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  }
  return true;
}
