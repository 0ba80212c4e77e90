import { type EventEnvelope, fullName } from '@shop/contracts';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { WriterSchema } from './avro-format';
import type { DecodedEvent } from './event-codec';
import { identityText } from './event-identity';
import type { EventRegistry } from './event-registry';
import { jsonValue, type Payload, type ReceivedEvent, receive } from './received-event';
import type { RegisteredEvent } from './registered-event';
import {
  InvalidEventDataError,
  UndecodableError,
  UnknownEventTypeError,
  UnknownSchemaError,
} from './schema.errors';
import type { SchemaSource } from './schema-source.port';

interface AvroValue {
  readonly bytes: Buffer;
  readonly writer: WriterSchema;
}

const FRAME_BYTES = 5;

/** Records to events. */
export class EventReader {
  constructor(
    private readonly registry: EventRegistry,
    private readonly schemas: SchemaSource,
  ) {}

  /** At once where the writer's schema is known; throws or rejects with what is wrong with the record. */
  read(record: LogRecord): DecodedEvent | Promise<DecodedEvent> {
    const received = receive(record);
    // Before the schema is asked for, so that a record of a wrong type costs no call to the registry.
    if (received.eventType !== undefined) this.typed(received.eventType, record);
    const avro = this.avroOf(received.payload);
    return avro instanceof Promise
      ? avro.then((known) => this.decoded(record, received, known))
      : this.decoded(record, received, avro);
  }

  private decoded(record: LogRecord, received: ReceivedEvent, avro: AvroValue | undefined): DecodedEvent {
    const definition = this.typed(received.eventType ?? this.typeOf(avro), record);
    const data = avro ? readAvro(definition, avro) : readJson(definition, received.payload);
    return {
      definition,
      event: envelopeOf(received, record, definition, data, avro?.writer),
      identity: identityText(received.identity),
      traceparent: received.traceparent,
      writerFingerprint: avro?.writer.fingerprint,
    };
  }

  private typed(eventType: string, record: LogRecord): RegisteredEvent {
    const definition = this.registry.find(eventType);
    if (!definition) throw new UnknownEventTypeError(eventType);
    this.registry.checkTopic(definition, record.topic);
    return definition;
  }

  private typeOf(avro: AvroValue | undefined): string {
    if (!avro) throw new UndecodableError('Nothing in the record tells its event type.');
    const name = fullName(avro.writer.schema);
    const definition = this.registry.findByRecordName(name);
    if (!definition) throw new UnknownEventTypeError(name);
    return definition.eventType;
  }

  private avroOf(payload: Payload): AvroValue | undefined | Promise<AvroValue> {
    if (payload.form === 'guid') return this.byGuid(payload.guid, payload.bytes);
    if (payload.form !== 'framed') return undefined;
    const { bytes } = payload;
    if (bytes.length < FRAME_BYTES || bytes[0] !== 0) {
      throw new UndecodableError('The value begins neither like framed Avro nor like JSON.');
    }
    const id = bytes.readInt32BE(1);
    const value = bytes.subarray(FRAME_BYTES);
    const writer = this.schemas.known(id);
    return writer ? { bytes: value, writer } : this.byId(id, value);
  }

  private async byId(id: number, bytes: Buffer): Promise<AvroValue> {
    const writer = await this.schemas.byId(id);
    if (!writer) throw new UnknownSchemaError(`No schema with the id ${id} is known.`);
    return { bytes, writer };
  }

  private async byGuid(guid: string, bytes: Buffer): Promise<AvroValue> {
    const writer = await this.schemas.byGuid(guid);
    if (!writer) throw new UnknownSchemaError(`No schema with the id ${guid} is known.`);
    return { bytes, writer };
  }
}

function readAvro({ eventType, format }: RegisteredEvent, { bytes, writer }: AvroValue): unknown {
  if (format.kind !== 'avro') throw new UndecodableError(`'${eventType}' is an event in JSON, not in Avro.`);
  try {
    return format.avro.read(bytes, writer);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UndecodableError(`The value of '${eventType}' cannot be read by its schema: ${reason}`, {
      cause,
    });
  }
}

function readJson({ eventType, format }: RegisteredEvent, payload: Payload): unknown {
  const data = payload.form === 'value' ? payload.value : jsonValue(payload.bytes);
  if (format.kind === 'json') {
    const faults = format.json.faults(data);
    if (faults.length > 0) throw new InvalidEventDataError(eventType, faults);
    return data;
  }
  const { wire, faults } = format.avro.toWire(data);
  if (faults.length > 0) throw new InvalidEventDataError(eventType, faults);
  return format.avro.fromWire(wire);
}

function envelopeOf(
  received: ReceivedEvent,
  { key }: LogRecord,
  definition: RegisteredEvent,
  data: unknown,
  writer: WriterSchema | undefined,
): EventEnvelope<string, unknown> {
  const { identity, occurredAt, correlationId, causationId } = received;
  return {
    eventId: identity.id,
    eventType: definition.eventType,
    data,
    occurredAt,
    source: identity.source,
    key: key === null ? null : key.toString('utf8'),
    correlationId: correlationId ?? identity.id,
    ...(causationId === undefined ? {} : { causationId }),
    schemaVersion: writer ? definition.versionOf(writer.fingerprint) : definition.schemaVersion,
  };
}
