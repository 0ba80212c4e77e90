import type { EventDefinition } from '@shop/contracts';
import type {
  LogRecord,
  OutgoingRecord,
  RecordHeader,
} from '@/infrastructure/kafka/transport/transport.port';
import { ContractSchemaSource } from '@/infrastructure/kafka/schema/contract-schema-source';
import { type EncodableEvent, EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import type { SchemaSource } from '@/infrastructure/kafka/schema/schema-source.port';

export const EVENT_ID = '0195932a-6c95-7aa0-8f4f-3a1b2c3d4e5f';

export function codecFixture(own: readonly EventDefinition[] = [], source?: SchemaSource) {
  const registry = new EventRegistry(own);
  const schemas = source ?? new ContractSchemaSource(registry);
  return {
    registry,
    schemas,
    codec: new EventCodec({ registry, schemas }),
    newEvent: (event: string | EventDefinition, data: unknown) => newEvent(registry, event, data),
    received,
  };
}

function newEvent(registry: EventRegistry, event: string | EventDefinition, data: unknown): EncodableEvent {
  const definition = registry.definitionOf(event);
  return {
    definition,
    headers: {},
    envelope: {
      eventId: EVENT_ID,
      eventType: definition.eventType,
      data,
      occurredAt: '2026-03-14T09:26:53.589Z',
      source: '/order',
      key: registry.keyOf(definition, data),
      correlationId: 'story-1',
      causationId: 'cause-1',
      schemaVersion: definition.schemaVersion,
    },
  };
}

/** A record as a reader gets it back from the log. */
export function received(record: OutgoingRecord, change: Partial<LogRecord> = {}): LogRecord {
  const { topic, key, value, headers } = record;
  return { topic, key, value, headers, partition: 2, offset: 7n, timestamp: 1_773_480_413_589, ...change };
}

/** A record of a producer that is not ours. */
export function foreignRecord(
  topic: string,
  value: string | Buffer | null,
  headers: Readonly<Record<string, string | Buffer>> = {},
): LogRecord {
  const list = Object.entries(headers).map(([name, text]): RecordHeader => [name, Buffer.from(text)]);
  return received({ topic, key: null, value: value === null ? null : Buffer.from(value), headers: list });
}
