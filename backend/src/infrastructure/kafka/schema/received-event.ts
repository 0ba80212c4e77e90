import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { isPlainText, ReceivedHeaders } from './event-headers';
import { type EventIdentity, identityByPosition } from './event-identity';
import { UndecodableError } from './schema.errors';

/** A record taken apart by its form; its data is still what the producer wrote. */
export interface ReceivedEvent {
  /** Undefined: only the schema's name tells. */
  readonly eventType: string | undefined;
  readonly identity: EventIdentity;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  readonly correlationId: string | undefined;
  readonly causationId: string | undefined;
  readonly traceparent: string | undefined;
  readonly payload: Payload;
}

export type Payload =
  | { readonly form: 'value'; readonly value: unknown }
  | { readonly form: 'json'; readonly bytes: Buffer }
  | { readonly form: 'framed'; readonly bytes: Buffer }
  | { readonly form: 'guid'; readonly bytes: Buffer; readonly guid: string };

/** Throws `UndecodableError` for a record of none of the forms that are read. */
export function receive(record: LogRecord): ReceivedEvent {
  const { value } = record;
  if (value === null) throw new UndecodableError('The record has no value.');
  const headers = new ReceivedHeaders(record);
  const contentType = headers.mediaType;
  if (contentType.startsWith('application/cloudevents')) {
    if (contentType !== 'application/cloudevents+json') {
      throw new UndecodableError(`Content type '${contentType}' is not read.`);
    }
    return structured(jsonObject(value), record, headers.traceparent);
  }
  const eventType = headers.type;
  if (eventType === undefined && opensObject(value))
    return fromJsonText(jsonObject(value), record, headers.traceparent);
  const { id, source } = headers;
  return {
    eventType,
    identity: id !== undefined && source !== undefined ? { source, id } : identityByPosition(record),
    occurredAt: isoTimeOf(headers.time, record),
    correlationId: headers.correlationId,
    causationId: headers.causationId,
    traceparent: headers.traceparent,
    payload: binaryPayload(value, contentType, headers),
  };
}

/** Framed Avro begins with a zero byte, so the two cannot be confused. */
const opensObject = (bytes: Buffer): boolean => /^\s*\{/.test(bytes.toString('latin1', 0, 64));
const mediaType = (header: string | undefined): string => (header?.split(';')[0] ?? '').trim().toLowerCase();
const isJson = (type: string): boolean => type === 'application/json' || type.endsWith('+json');

function binaryPayload(bytes: Buffer, contentType: string, headers: ReceivedHeaders): Payload {
  if (isJson(contentType)) return { form: 'json', bytes };
  const { schemaId } = headers;
  if (schemaId?.length === 17 && schemaId[0] === 1) {
    const hex = schemaId.toString('hex', 1);
    return { form: 'guid', bytes, guid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') };
  }
  if (contentType === '' && opensObject(bytes)) return { form: 'json', bytes };
  return { form: 'framed', bytes };
}

type Json = Readonly<Record<string, unknown>>;

/** A line typed into a console producer, or a topic of a shop that writes JSON. */
function fromJsonText(json: Json, record: LogRecord, traceparent: string | undefined): ReceivedEvent {
  if (json['specversion'] !== undefined) return structured(json, record, traceparent);
  return {
    eventType: required(json, 'eventType'),
    identity: identityByPosition(record),
    occurredAt: isoTimeOf(undefined, record),
    correlationId: undefined,
    causationId: undefined,
    traceparent,
    payload: { form: 'value', value: json['data'] },
  };
}

/** CloudEvents JSON event format 1.0.2. */
function structured(json: Json, record: LogRecord, traceparent: string | undefined): ReceivedEvent {
  if (json['specversion'] !== '1.0') throw new UndecodableError("Member 'specversion' must be '1.0'.");
  return {
    eventType: required(json, 'type'),
    identity: { source: required(json, 'source'), id: required(json, 'id') },
    occurredAt: isoTimeOf(text(json, 'time'), record),
    correlationId: text(json, 'correlationid'),
    causationId: text(json, 'causationid'),
    traceparent,
    payload: structuredPayload(json),
  };
}

function structuredPayload(json: Json): Payload {
  const encoded = text(json, 'data_base64');
  if (encoded === undefined) return { form: 'value', value: json['data'] };
  const bytes = Buffer.from(encoded, 'base64');
  return { form: isJson(mediaType(text(json, 'datacontenttype'))) ? 'json' : 'framed', bytes };
}

function text(json: Json, name: string): string | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && isPlainText(value)) return value;
  throw new UndecodableError(`Member '${name}' must be plain text.`);
}

function required(json: Json, name: string): string {
  const value = text(json, name);
  if (!value) throw new UndecodableError(`Member '${name}' is missing.`);
  return value;
}

/** Producers write up to nanoseconds; ours are milliseconds. */
/** As we write it ourselves, of a day that every month has. */
const CANONICAL =
  /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

function isoTimeOf(text: string | undefined, record: LogRecord): string {
  if (text !== undefined && CANONICAL.test(text)) return text;
  const time = new Date(text === undefined ? record.timestamp : text);
  const year = time.getUTCFullYear();
  if (!(year >= 1 && year <= 9999))
    throw new UndecodableError('The time of the event is none of a four-digit year.');
  return time.toISOString();
}

export function jsonObject(bytes: Buffer): Json {
  const value = jsonValue(bytes);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new UndecodableError('The value is no JSON object.');
}

export function jsonValue(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UndecodableError('The value is not JSON in UTF-8.', { cause });
  }
}
