import type { AvroRecord } from './avro/avro-schema.ts';
import type { JsonObject } from './avro/json-value.ts';

/** `versions` from the oldest to the one that is written; each readable by all the others. */
export interface AvroEventSchema {
  readonly kind: 'avro';
  readonly versions: readonly [AvroRecord, ...AvroRecord[]];
}

/** Written as JSON. */
export interface JsonEventSchema {
  readonly kind: 'json-schema';
  readonly schema: JsonObject;
}

export type EventSchema = AvroEventSchema | JsonEventSchema;

/** All that publishing and reading an event type needs. */
export interface EventDefinition<Type extends string = string, Data = unknown> {
  readonly eventType: Type;
  readonly topic: string;
  readonly schema: EventSchema;
  /** The record's key; null for an event that no other has to wait for. */
  key(data: Data): string | null;
  /** Carries the type of the data through inference; never set. */
  readonly dataType?: Data;
}

/**
 * An event type of an application's own: `defineEvent<Data>()({ eventType, topic, key, schema })`. Two calls, since
 * the data's type is given and the event type's name is inferred.
 */
export function defineEvent<Data>() {
  return <const Type extends string>(definition: EventDefinition<Type, Data>): EventDefinition<Type, Data> =>
    definition;
}
