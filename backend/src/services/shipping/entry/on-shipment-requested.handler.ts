import { Injectable } from '@nestjs/common';
import type { ShipmentRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { Shipments } from '../shipments.service';

@Injectable()
@KafkaHandler('shipment.requested', {
  name: 'shipping.on-shipment-requested',
  effects: 'transaction',
  interleaves: true,
})
export class OnShipmentRequestedHandler {
  constructor(private readonly shipments: Shipments) {}

  async handle({ data }: ShipmentRequestedEvent): Promise<void> {
    if (isStorableKey(data.orderId) && isStorable(data)) await this.shipments.request(data, 'saga');
  }
}
