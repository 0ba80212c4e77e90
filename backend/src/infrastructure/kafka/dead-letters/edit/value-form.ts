import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { ReceivedHeaders } from '@/infrastructure/kafka/schema/event-headers';
import { jsonObject } from '@/infrastructure/kafka/schema/received-event';
import type { RegisteredEvent } from '@/infrastructure/kafka/schema/registered-event';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';

const FRAME_BYTES = 5;

/**
 * Data as the value of this very record: its headers stay, and they say how the value is to be read. Throws
 * `UNDECODABLE` where the headers or the JSON around the data cannot be read.
 */
export async function valueInFormOf(
  record: LogRecord,
  data: unknown,
  definition: RegisteredEvent,
  codec: EventCodec,
): Promise<Buffer> {
  const headers = new ReceivedHeaders(record);
  const { mediaType } = headers;
  if (mediaType.startsWith('application/cloudevents')) return inside(record, data);
  if (mediaType === 'application/json' || mediaType.endsWith('+json')) return json(data);
  if (mediaType === '' && isJsonText(record.value)) {
    return headers.type === undefined ? inside(record, data) : json(data);
  }
  if (definition.format.kind === 'json') return json(data);
  const framed = await framedAvro(data, definition, codec);
  return headers.schemaId === undefined ? framed : framed.subarray(FRAME_BYTES);
}

const json = (data: unknown): Buffer => Buffer.from(JSON.stringify(data));

const isJsonText = (value: Buffer | null): boolean => /^\s*\{/.test(value?.toString('latin1', 0, 64) ?? '');

/** The record's value is JSON with the data as one of its members. */
function inside(record: LogRecord, data: unknown): Buffer {
  const { data_base64: _, ...around } = jsonObject(record.value ?? Buffer.alloc(0));
  return json({ ...around, data });
}

/** By the newest schema, which is the one that a producer of ours would write with. */
async function framedAvro(data: unknown, definition: RegisteredEvent, codec: EventCodec): Promise<Buffer> {
  const envelope = {
    eventId: 'edited',
    eventType: definition.eventType,
    data,
    occurredAt: new Date(0).toISOString(),
    source: '/edited',
    key: null,
    correlationId: 'edited',
    schemaVersion: definition.schemaVersion,
  };
  const { value } = await codec.encode({ envelope, definition, headers: {} });
  return value ?? Buffer.alloc(0);
}
