import { Injectable } from '@nestjs/common';
import type { OrderCreatedData } from '@shop/contracts';
import { EventPublisherService } from '@/infrastructure/kafka';

export type Order = Pick<OrderCreatedData, 'items' | 'totals' | 'userId'> & {
  readonly id: string;
  readonly createdAt: Date;
};

@Injectable()
export class OrderEventService {
  constructor(private eventPublisher: EventPublisherService) {}

  async onOrderCreated(order: Order): Promise<void> {
    await this.eventPublisher.publishOrderCreated({
      orderId: order.id,
      userId: order.userId,
      items: order.items,
      totals: order.totals,
      createdAt: order.createdAt.toISOString(),
    });
  }
}
