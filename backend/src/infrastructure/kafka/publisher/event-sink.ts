import type { EventDefinition } from '@shop/contracts';
import type { PublishedEvent, PublishOptions } from './event-publisher.service';

export interface PublishRequest {
  readonly event: string | EventDefinition;
  readonly data: unknown;
  readonly options: PublishOptions;
}

/** Where published events go: the outbox of a service with state, or the log itself. */
export interface EventSink {
  publish(requests: readonly PublishRequest[]): Promise<readonly PublishedEvent[]>;
}
