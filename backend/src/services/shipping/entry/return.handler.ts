import { Injectable } from '@nestjs/common';
import type { ShipmentReturnCancelRequestedEvent, ShipmentReturnRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { ParcelReturns } from '../returns.service';

/** Parcels that come back. */
@Injectable()
export class ShippingReturnHandler {
  constructor(private readonly returns: ParcelReturns) {}

  @KafkaHandler('shipment.return.requested', {
    name: 'shipping.on-return-requested',
    effects: 'transaction',
    interleaves: true,
  })
  async onRequested({ data: { orderId, deadline } }: ShipmentReturnRequestedEvent): Promise<void> {
    if (isStorableKey(orderId)) await this.returns.request(orderId, deadline);
  }

  @KafkaHandler('shipment.return.cancel.requested', {
    name: 'shipping.on-return-cancel-requested',
    effects: 'transaction',
    interleaves: true,
  })
  async onCancelRequested({ data: { orderId } }: ShipmentReturnCancelRequestedEvent): Promise<void> {
    if (isStorableKey(orderId)) await this.returns.cancel(orderId);
  }
}
