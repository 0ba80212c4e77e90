import { Injectable } from '@nestjs/common';
import type { OrderCreatedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { CartService } from '../cart.service';

@Injectable()
@KafkaHandler('order.created', { name: 'cart.on-order-created', effects: 'transaction' })
export class OnOrderCreatedHandler {
  constructor(private readonly carts: CartService) {}

  async handle({ data }: OrderCreatedEvent): Promise<void> {
    await this.carts.checkOut(data.userId, data.orderId, data.items);
  }
}
