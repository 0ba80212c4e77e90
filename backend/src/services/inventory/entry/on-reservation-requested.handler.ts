import { Injectable } from '@nestjs/common';
import type { InventoryReservationRequestedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { Reservations } from '../reservations.service';

@Injectable()
@KafkaHandler('inventory.reservation.requested', { name: 'inventory.on-reservation-requested' })
export class OnReservationRequestedHandler {
  constructor(private readonly reservations: Reservations) {}

  async handle(event: InventoryReservationRequestedEvent, { attempt }: DeliveryContext): Promise<void> {
    const { orderId, items } = event.data;
    if (isStorableKey(orderId) && isStorable(items))
      await this.reservations.reserve(orderId, items, 'saga', attempt);
  }
}
