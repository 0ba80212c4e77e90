import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type EventEnvelope, eventTypes } from '@shop/contracts';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import type { Delivered } from '@/infrastructure/kafka/consumer/handler';
import { trailEntryOf } from '../domain/trail-entry';
import { AuditTrail } from '../state/audit-trail';

/** One row per event of all twelve topics, the audit service's own included. Publishes nothing. */
@Injectable()
export class OnAnyEventHandler implements OnModuleInit {
  constructor(
    private readonly consumer: EventConsumerService,
    private readonly trail: AuditTrail,
  ) {}

  onModuleInit(): void {
    this.consumer.registerBatchHandler(eventTypes, (batch) => this.keep(batch), {
      name: 'audit.trail',
      effects: 'transaction',
    });
  }

  private async keep(batch: readonly Delivered<EventEnvelope<string, unknown>>[]): Promise<void> {
    await this.trail.add(batch.map(({ event, context }) => ({ ...trailEntryOf(event), position: context })));
  }
}
