import { currentDelivery } from '@/infrastructure/kafka/delivery/delivery-context';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { Metrics } from '@/infrastructure/observability/metrics';
import { NoUnitOfWorkError } from '@/infrastructure/outbox/outbox.errors';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { EventFactory } from './event-factory';
import type { PublishedEvent } from './event-publisher.service';
import type { EventSink, PublishRequest } from './event-sink';

/** Events of a service with state: rows of its outbox, there with the transaction or not at all. */
export class OutboxSink implements EventSink {
  constructor(
    private readonly factory: EventFactory,
    private readonly codec: EventCodec,
    private readonly unitOfWork: UnitOfWork,
    private readonly metrics: Metrics,
  ) {}

  async publish(requests: readonly PublishRequest[]): Promise<readonly PublishedEvent[]> {
    if (!this.unitOfWork.inProgress) throw new NoUnitOfWorkError();
    const events = requests.map((request) => this.factory.create(request));
    const outcome = currentDelivery()?.replay?.mute ? 'muted' : 'outbox';
    const records = await Promise.all(events.map((event) => this.codec.encode(event)));
    return events.map(({ envelope: { eventId, eventType, key } }, index) => {
      const record = records[index];
      if (!record) throw new Error('The codec answered fewer records than events.');
      this.unitOfWork.append(record, { eventId, eventType });
      this.metrics.published.inc({ topic: record.topic, event_type: eventType, outcome });
      return { eventId, topic: record.topic, key };
    });
  }
}
