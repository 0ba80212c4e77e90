import { Injectable } from '@nestjs/common';
import { type EventEnvelope, eventTypes } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { trailEntryOf } from '../domain/trail-entry';
import { AuditTrail } from '../state/audit-trail';

/** One row per event of all twelve topics, the audit service's own included. Publishes nothing. */
@Injectable()
@KafkaHandler(eventTypes, { name: 'audit.trail', effects: 'transaction' })
export class OnAnyEventHandler {
  constructor(private readonly trail: AuditTrail) {}

  async handle(event: EventEnvelope<string, unknown>, delivery: DeliveryContext): Promise<void> {
    await this.trail.add(trailEntryOf(event), delivery);
  }
}
