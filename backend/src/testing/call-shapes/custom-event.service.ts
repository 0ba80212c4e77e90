import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { OrderCreatedEvent } from '@shop/contracts';
import { EventConsumerService } from '@/infrastructure/kafka';

@Injectable()
export class CustomEventService implements OnModuleInit {
  readonly orders: string[] = [];

  constructor(private eventConsumer: EventConsumerService) {}

  onModuleInit(): void {
    this.eventConsumer.registerHandler('order.created', this.customHandler);
  }

  private readonly customHandler = async (event: OrderCreatedEvent): Promise<void> => {
    this.orders.push(event.data.orderId);
  };
}
