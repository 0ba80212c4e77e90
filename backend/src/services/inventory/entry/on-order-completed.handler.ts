import { Injectable } from '@nestjs/common';
import type { OrderCompletedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { Reservations } from '../reservations.service';

/** What a completed order held is sold. */
@Injectable()
@KafkaHandler('order.completed', { name: 'inventory.on-order-completed', effects: 'transaction' })
export class OnOrderCompletedHandler {
  constructor(private readonly reservations: Reservations) {}

  async handle({ data: { orderId } }: OrderCompletedEvent): Promise<void> {
    if (isStorableKey(orderId)) await this.reservations.sell(orderId);
  }
}
