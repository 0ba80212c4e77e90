import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import type { Metrics } from '@/infrastructure/observability/metrics';
import { observed } from '@/infrastructure/outbox/relay-door';
import type { EventFactory } from './event-factory';
import type { PublishedEvent } from './event-publisher.service';
import type { EventSink, PublishRequest } from './event-sink';

/** Events of an application without state: straight to the log, resolved after the acknowledgement of all replicas. */
export class LogSink implements EventSink {
  constructor(
    private readonly factory: EventFactory,
    private readonly codec: EventCodec,
    private readonly transport: EventTransport,
    private readonly metrics: Metrics,
  ) {}

  async publish(requests: readonly PublishRequest[]): Promise<readonly PublishedEvent[]> {
    const events = requests.map((request) => this.factory.create(request));
    const records = await Promise.all(events.map((event) => this.codec.encode(event)));
    const count = (outcome: string) => {
      for (const { definition } of events) {
        this.metrics.published.inc({ topic: definition.topic, event_type: definition.eventType, outcome });
      }
    };
    try {
      await observed(
        (count, ms, ok) => this.metrics.recordAppend(count, ms, ok),
        records.length,
        () => this.transport.append(records),
      );
    } catch (error) {
      count('failed');
      throw error;
    }
    count('acknowledged');
    return events.map(({ envelope: { eventId, key }, definition: { topic } }) => ({ eventId, topic, key }));
  }
}
