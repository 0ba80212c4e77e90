import type { EventEnvelope } from './envelope.ts';
import type { EventDataByType } from './generated/event-data.ts';
import { eventTopology, topics } from './topology.ts';

export type TopicName = keyof typeof topics;
export type EventType = keyof typeof eventTopology;

export const topicNames = Object.keys(topics) as readonly TopicName[];
export const eventTypes = Object.keys(eventTopology) as readonly EventType[];

/** What the event carries, such as `EventData<'order.created'>`. */
export type EventData<Type extends EventType> = EventDataByType[Type];

/** The event of a type; of several types, a union told apart by `eventType`. */
export type ShopEvent<Type extends EventType = EventType> = {
  [T in Type]: EventEnvelope<T, EventDataByType[T]>;
}[Type];

export type TopicOf<Type extends EventType> = (typeof eventTopology)[Type]['topic'];

export type EventTypesOf<Topic extends TopicName> = {
  [Type in EventType]: TopicOf<Type> extends Topic ? Type : never;
}[EventType];

export function topicOf<Type extends EventType>(eventType: Type): TopicOf<Type> {
  return eventTopology[eventType].topic;
}

export function eventTypesOf<Topic extends TopicName>(topic: Topic): readonly EventTypesOf<Topic>[] {
  return eventTypes.filter((type) => eventTopology[type].topic === topic) as EventTypesOf<Topic>[];
}

export function isEventType(name: string): name is EventType {
  return Object.hasOwn(eventTopology, name);
}

/** The record's key; null where the data does not have it (a browser event without a tracker's id). */
export function keyOf<Type extends EventType>(eventType: Type, data: EventData<Type>): string | null {
  const key = (data as unknown as Readonly<Record<string, unknown>>)[eventTopology[eventType].keyField];
  return typeof key === 'string' ? key : null;
}
