import {
  type EventData,
  type EventDefinition,
  type EventType,
  eventTypes,
  type PublishMethodName,
  publishMethodName,
} from '@shop/contracts';
import type { EventSink } from './event-sink';

export interface PublishOptions {
  /** Default: a new UUIDv7. Give one to make a repeated publish recognisable. */
  readonly eventId?: string;
  /** ISO 8601; default: now. */
  readonly occurredAt?: string;
  /** Default: that of the event or request being handled, else the new event's own id. */
  readonly correlationId?: string;
  readonly causationId?: string;
  /** Headers beside the event's own; names beginning with `ce_` are ours. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PublishedEvent {
  readonly eventId: string;
  readonly topic: string;
  readonly key: string | null;
}

export type BatchItem<Type extends EventType = EventType> = {
  [T in Type]: { readonly eventType: T; readonly data: EventData<T>; readonly options?: PublishOptions };
}[Type];

export type PublishMethods = {
  [T in EventType as PublishMethodName<T>]: (
    data: EventData<T>,
    options?: PublishOptions,
  ) => Promise<PublishedEvent>;
};

export interface EventPublisherService extends PublishMethods {}

/**
 * Publishes events. In a service with state, only inside a unit of work: the event is in the outbox with the
 * transaction. Without state: resolves after the acknowledgement of all replicas. Refused before anything is
 * written: `INVALID_EVENT_DATA` with the path of each fault, `WRONG_TOPIC`, `EVENT_TOO_LARGE`.
 */
export class EventPublisherService {
  constructor(private readonly sink: EventSink) {}

  publish<Type extends EventType>(
    eventType: Type,
    data: EventData<Type>,
    options?: PublishOptions,
  ): Promise<PublishedEvent>;
  publish<Type extends string, Data>(
    event: EventDefinition<Type, Data>,
    data: Data,
    options?: PublishOptions,
  ): Promise<PublishedEvent>;
  async publish(
    event: string | EventDefinition,
    data: unknown,
    options: PublishOptions = {},
  ): Promise<PublishedEvent> {
    const [published] = await this.sink.publish([{ event, data, options }]);
    return published as PublishedEvent;
  }

  /** All of them are accepted or none: every item is checked before the first is written. */
  publishBatch(items: readonly BatchItem[]): Promise<readonly PublishedEvent[]> {
    return this.sink.publish(
      items.map(({ eventType, data, options }) => ({ event: eventType, data, options: options ?? {} })),
    );
  }
}

for (const eventType of eventTypes) {
  Object.defineProperty(EventPublisherService.prototype, publishMethodName(eventType), {
    configurable: true,
    value(this: EventPublisherService, data: never, options?: PublishOptions) {
      return this.publish(eventType, data, options);
    },
  });
}
