import { Injectable } from '@nestjs/common';
import type { OrderCreatedEvent, PaymentCompletedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { Shipments } from '../shipments.service';
import { ParcelsDueStore } from '../state/parcels-due-store';
import type { Parcel } from '../state/shipment-store';

/** Shipment of the orders that no saga drives: made once they are paid. */
@Injectable()
export class ShippingChoreographyHandler {
  constructor(
    private readonly parcels: ParcelsDueStore,
    private readonly shipments: Shipments,
  ) {}

  @KafkaHandler('order.created', {
    name: 'shipping.on-order-created',
    effects: 'transaction',
    interleaves: true,
  })
  async onOrderCreated({ data }: OrderCreatedEvent): Promise<void> {
    if (data.flow !== 'choreography' || !isStorableKey(data.orderId) || !isStorable(data)) return;
    const parcel: Parcel = {
      orderId: data.orderId,
      items: data.items.map(({ productId, quantity }) => ({ productId, quantity })),
      ...(data.shippingAddress ? { address: data.shippingAddress } : {}),
    };
    await this.ship(await this.parcels.noteParcel(parcel));
  }

  @KafkaHandler('payment.completed', {
    name: 'shipping.on-payment-completed',
    effects: 'transaction',
    interleaves: true,
  })
  async onPaymentCompleted(event: PaymentCompletedEvent, { headers }: DeliveryContext): Promise<void> {
    const { orderId } = event.data;
    if (headers['x-order-flow'] !== 'choreography' || !isStorableKey(orderId)) return;
    await this.ship(await this.parcels.notePaid(orderId));
  }

  private async ship(parcel: Parcel | undefined): Promise<void> {
    if (parcel) await this.shipments.request(parcel, 'choreography');
  }
}
