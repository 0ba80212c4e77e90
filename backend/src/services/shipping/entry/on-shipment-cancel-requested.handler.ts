import { Injectable } from '@nestjs/common';
import type { ShipmentCancelRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { Shipments } from '../shipments.service';

@Injectable()
@KafkaHandler('shipment.cancel.requested', {
  name: 'shipping.on-cancel-requested',
  effects: 'transaction',
  interleaves: true,
})
export class OnShipmentCancelRequestedHandler {
  constructor(private readonly shipments: Shipments) {}

  async handle({ data: { orderId } }: ShipmentCancelRequestedEvent): Promise<void> {
    if (isStorableKey(orderId)) await this.shipments.cancel(orderId);
  }
}
