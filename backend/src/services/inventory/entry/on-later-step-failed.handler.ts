import { Injectable } from '@nestjs/common';
import type { PaymentFailedEvent, ShipmentFailedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { Reservations } from '../reservations.service';

/** Without a saga the stock goes back when a step after it fails. */
@Injectable()
@KafkaHandler(['payment.failed', 'shipment.failed'], {
  name: 'inventory.on-later-step-failed',
  effects: 'transaction',
})
export class OnLaterStepFailedHandler {
  constructor(private readonly reservations: Reservations) {}

  async handle(
    { data }: PaymentFailedEvent | ShipmentFailedEvent,
    { headers }: DeliveryContext,
  ): Promise<void> {
    if (headers['x-order-flow'] !== 'choreography' || !isStorableKey(data.orderId)) return;
    await this.reservations.release(data.orderId, 'choreography');
  }
}
