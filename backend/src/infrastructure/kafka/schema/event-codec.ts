import type { EventDefinition, EventEnvelope } from '@shop/contracts';
import type { Fault } from '@/infrastructure/errors/coded-error';
import type {
  LogRecord,
  OutgoingRecord,
  TopicSettings,
} from '@/infrastructure/kafka/transport/transport.port';
import { EventReader } from './event-reader';
import { attributeFaults, AVRO, headersOf } from './event-headers';
import type { EventRegistry } from './event-registry';
import { maxBytesByTopic, recordBytes } from './record-size';
import type { RegisteredEvent } from './registered-event';
import { EventTooLargeError, InvalidEventDataError } from './schema.errors';
import type { SchemaSource } from './schema-source.port';

export interface EncodableEvent {
  readonly envelope: EventEnvelope<string, unknown>;
  readonly definition: EventDefinition;
  /** Headers beside the event's own; reserved names are left out. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface DecodedEvent {
  readonly event: EventEnvelope<string, unknown>;
  readonly definition: EventDefinition;
  /** What the inbox knows it by. */
  readonly identity: string;
  /** W3C trace context of whoever published it. */
  readonly traceparent?: string | undefined;
  /** Of the schema the bytes were written with; undefined for JSON. */
  readonly writerFingerprint: string | undefined;
}

export interface EventCodecOptions {
  readonly registry: EventRegistry;
  readonly schemas: SchemaSource;
  /** Settings of topics beside the built-in ones, for their `max.message.bytes`. */
  readonly topics?: readonly TopicSettings[];
}

const JSON_DATA = 'application/json';

/** Events to records and back: CloudEvents in binary mode with framed Avro; several forms are read. */
export class EventCodec {
  private readonly reader: EventReader;
  private readonly maxBytesOf: (topic: string) => number;
  private readonly ids = new Map<RegisteredEvent, number>();

  constructor(private readonly options: EventCodecOptions) {
    this.reader = new EventReader(options.registry, options.schemas);
    this.maxBytesOf = maxBytesByTopic(options.topics ?? []);
  }

  /**
   * Rejects with `INVALID_EVENT_DATA`, `EVENT_TOO_LARGE`, `UNKNOWN_EVENT_TYPE`, or what the schema source says
   * (`SCHEMA_REGISTRY_UNAVAILABLE`, `SCHEMA_REJECTED`). Nothing is written then.
   */
  async encode({ envelope, definition, headers }: EncodableEvent): Promise<OutgoingRecord> {
    const event = this.options.registry.definitionOf(definition);
    const { format } = event;
    const refuse = (faults: readonly Fault[]) => {
      if (faults.length > 0) throw new InvalidEventDataError(event.eventType, faults);
    };
    refuse(attributeFaults(envelope));
    let value: Buffer;
    if (format.kind === 'avro') {
      const { wire, faults } = format.avro.toWire(envelope.data);
      refuse(faults);
      value = format.avro.frame(wire, this.ids.get(event) ?? (await this.idOf(event)));
    } else {
      refuse(format.json.faults(envelope.data));
      value = Buffer.from(JSON.stringify(envelope.data));
    }
    const record: OutgoingRecord = {
      topic: event.topic,
      key: envelope.key === null ? null : Buffer.from(envelope.key),
      value,
      headers: headersOf(envelope, format.kind === 'avro' ? AVRO : JSON_DATA, headers),
    };
    this.checkSize(event, record);
    return record;
  }

  /**
   * Rejects with `UNDECODABLE`, `UNKNOWN_SCHEMA`, `UNKNOWN_EVENT_TYPE`, `WRONG_TOPIC` or `INVALID_EVENT_DATA`, none of
   * which a repetition helps, or with `SCHEMA_REGISTRY_UNAVAILABLE`, which it does. Never a part of an event.
   */
  async decode(record: LogRecord): Promise<DecodedEvent> {
    return this.reader.read(record);
  }

  /** The same without a promise, and by a throw, where nobody has to be asked. */
  decodeNow(record: LogRecord): DecodedEvent | Promise<DecodedEvent> {
    return this.reader.read(record);
  }

  private async idOf(event: RegisteredEvent): Promise<number> {
    const id = await this.options.schemas.idOf(event);
    this.ids.set(event, id);
    return id;
  }

  private checkSize({ eventType, topic }: RegisteredEvent, record: OutgoingRecord): void {
    const bytes = recordBytes(record);
    const limit = this.maxBytesOf(topic);
    if (bytes > limit) throw new EventTooLargeError(eventType, topic, bytes, limit);
  }
}
