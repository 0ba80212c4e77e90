import { Injectable } from '@nestjs/common';
import type { InventoryReservationRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { Reservations } from '../reservations.service';

/** Takes stock for a saga; the stock of an order with the other stamp goes by the order's creation. */
@Injectable()
@KafkaHandler('inventory.reservation.requested', { name: 'inventory.on-reservation-requested' })
export class OnReservationRequestedHandler {
  constructor(private readonly reservations: Reservations) {}

  async handle(
    event: InventoryReservationRequestedEvent,
    { attempt, headers }: DeliveryContext,
  ): Promise<void> {
    if (headers['x-order-flow'] === 'choreography') return;
    const { orderId, items } = event.data;
    if (isStorableKey(orderId) && isStorable(items))
      await this.reservations.reserve(orderId, items, 'saga', attempt);
  }
}
