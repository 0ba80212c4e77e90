import { Injectable } from '@nestjs/common';
import type {
  OrderCancelledEvent,
  OrderCompletedEvent,
  OrderCreatedEvent,
  OrderStatusUpdatedEvent,
} from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { OrderHistory } from '../state/order-history';

/** Keeps the order history of the profile page. */
@Injectable()
export class OnOrderEventsHandler {
  constructor(private readonly history: OrderHistory) {}

  @KafkaHandler('order.created', { name: 'auth.on-order-created' })
  async created({ data }: OrderCreatedEvent): Promise<void> {
    if (!isStorableKey(data.orderId) || !isStorableKey(data.userId)) return;
    await this.history.add({
      orderId: data.orderId,
      userId: data.userId,
      status: 'pending',
      total: data.totals.total,
      currency: data.currency ?? null,
      itemCount: data.items.reduce((count, item) => count + item.quantity, 0),
      createdAt: data.createdAt,
    });
  }

  @KafkaHandler('order.status.updated', { name: 'auth.on-order-status-updated' })
  async statusUpdated({ data }: OrderStatusUpdatedEvent): Promise<void> {
    await this.history.setStatus(data.orderId, data.newStatus);
  }

  @KafkaHandler('order.completed', { name: 'auth.on-order-completed' })
  async completed({ data }: OrderCompletedEvent): Promise<void> {
    await this.history.setStatus(data.orderId, 'completed');
  }

  @KafkaHandler('order.cancelled', { name: 'auth.on-order-cancelled' })
  async cancelled({ data }: OrderCancelledEvent): Promise<void> {
    await this.history.setStatus(data.orderId, 'cancelled');
  }
}
