import { eventTypes, publishMethodName } from '@shop/contracts';
import { describe, expect, it } from 'vitest';
import { EventPublisherService } from './event-publisher.service';
import type { PublishRequest } from './event-sink';

describe('EventPublisherService', () => {
  it('has one publish method for each event type, and it publishes that type', async () => {
    const requests: PublishRequest[] = [];
    const publisher = new EventPublisherService({
      async publish(batch) {
        requests.push(...batch);
        return batch.map(() => ({ eventId: 'id', topic: 'topic', key: null }));
      },
    });
    for (const eventType of eventTypes) {
      const method = publisher[publishMethodName(eventType)] as (data: unknown) => Promise<unknown>;
      await method.call(publisher, { of: eventType });
    }
    expect(requests.map(({ event, data }) => [event, data])).toEqual(
      eventTypes.map((eventType) => [eventType, { of: eventType }]),
    );
    expect(requests).toHaveLength(65);
  });
});
