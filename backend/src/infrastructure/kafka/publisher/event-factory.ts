import { randomUUIDv7 } from 'node:crypto';
import type { EventDefinition, EventEnvelope } from '@shop/contracts';
import { currentCausality } from '@/infrastructure/kafka/delivery/delivery-context';
import type { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import type { PublishRequest } from './event-sink';

export interface NewEvent {
  readonly envelope: EventEnvelope<string, unknown>;
  readonly definition: EventDefinition;
  /** Headers beside the event's own. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes the event of a publish call: identity, time, key, and its place in the story that is going on. */
export class EventFactory {
  constructor(
    private readonly registry: EventRegistry,
    private readonly source: string,
  ) {}

  create({ event, data, options }: PublishRequest): NewEvent {
    const definition = this.registry.definitionOf(event);
    const cause = currentCausality();
    const eventId = options.eventId ?? randomUUIDv7();
    const causationId = options.causationId ?? cause?.causationId;
    const traceparent = cause?.traceparent;
    return {
      definition,
      envelope: {
        eventId,
        eventType: definition.eventType,
        data,
        occurredAt: options.occurredAt ?? new Date().toISOString(),
        source: this.source,
        key: definition.key(data),
        correlationId: options.correlationId ?? cause?.correlationId ?? eventId,
        ...(causationId === undefined ? {} : { causationId }),
        schemaVersion: definition.schema.kind === 'avro' ? definition.schema.versions.length : 1,
      },
      headers: { ...(traceparent === undefined ? {} : { traceparent }), ...options.headers },
    };
  }
}
