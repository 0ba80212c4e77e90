import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { OrderCreatedEvent, ShopEvent } from '@shop/contracts';
import { EventConsumerService } from '@/infrastructure/kafka/consumer/event-consumer.service';
import type { Delivered } from '@/infrastructure/kafka/consumer/handler';
import { isStorableKey } from '@/infrastructure/postgres/storable';
import { OrderHistory, type PlacedOrder } from '../state/order-history';

const types = ['order.created', 'order.status.updated', 'order.completed', 'order.cancelled'] as const;
type OrderEvent = ShopEvent<(typeof types)[number]>;

/** Keeps the order history of the profile page. */
@Injectable()
export class OnOrderEventsHandler implements OnModuleInit {
  constructor(
    private readonly consumer: EventConsumerService,
    private readonly history: OrderHistory,
  ) {}

  onModuleInit(): void {
    this.consumer.registerBatchHandler(types, (batch) => this.keep(batch), {
      name: 'auth.on-order-events',
      effects: 'transaction',
    });
  }

  /** The events of one order are in order, so its last status counts. */
  async keep(batch: readonly Delivered<OrderEvent>[]): Promise<void> {
    const placed: PlacedOrder[] = [];
    const statuses = new Map<string, string>();
    for (const { event } of batch) {
      const { orderId } = event.data;
      if (!isStorableKey(orderId)) continue;
      if (event.eventType === 'order.created') placed.push(...placedOrder(event));
      else statuses.set(orderId, statusAfter(event));
    }
    await this.history.add(placed);
    await this.history.setStatuses(statuses);
  }
}

function placedOrder({ data }: OrderCreatedEvent): readonly PlacedOrder[] {
  const { orderId, userId, totals, currency, items, createdAt } = data;
  if (!isStorableKey(userId)) return [];
  const itemCount = items.reduce((count, item) => count + item.quantity, 0);
  return [
    {
      ...{ orderId, userId, createdAt, itemCount },
      status: 'pending',
      total: totals.total,
      currency: currency ?? null,
    },
  ];
}

function statusAfter(event: Exclude<OrderEvent, OrderCreatedEvent>): string {
  if (event.eventType === 'order.status.updated') return event.data.newStatus;
  return event.eventType === 'order.completed' ? 'completed' : 'cancelled';
}
