import type { EventDefinition } from './event-definition.ts';
import { type EventData, type EventType, eventTypes, keyOf } from './event-types.ts';
import { eventSchemas } from './generated/event-schemas.ts';
import { eventTopology } from './topology.ts';

export type EventDefinitions = {
  readonly [Type in EventType]: EventDefinition<Type, EventData<Type>>;
};

function definitionOf<Type extends EventType>(eventType: Type): EventDefinition<Type, EventData<Type>> {
  return {
    eventType,
    topic: eventTopology[eventType].topic,
    schema: { kind: 'avro', versions: eventSchemas[eventType] },
    key: (data) => keyOf(eventType, data),
  };
}

/** The built-in event types, by name. */
export const eventDefinitions = /* @__PURE__ */ Object.fromEntries(
  /* @__PURE__ */ eventTypes.map((eventType) => [eventType, definitionOf(eventType)]),
) as unknown as EventDefinitions;
