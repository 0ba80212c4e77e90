import { Injectable } from '@nestjs/common';
import type { InventoryReleaseRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { Reservations } from '../reservations.service';

@Injectable()
@KafkaHandler('inventory.release.requested', {
  name: 'inventory.on-release-requested',
  effects: 'transaction',
})
export class OnReleaseRequestedHandler {
  constructor(private readonly reservations: Reservations) {}

  async handle(
    { data: { orderId, attempt } }: InventoryReleaseRequestedEvent,
    { headers }: DeliveryContext,
  ): Promise<void> {
    const flow = headers['x-order-flow'] === 'choreography' ? 'choreography' : 'saga';
    if (isStorableKey(orderId)) await this.reservations.release(orderId, flow, attempt);
  }
}
