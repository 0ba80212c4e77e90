import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import type { OrderStatus } from './domain/order-status';
import { type OrderRow, OrderStore } from './state/order-store';

export interface Move {
  readonly to: OrderStatus;
  readonly updatedBy: string;
  readonly reason?: string | undefined;
}

/** Moves orders along and tells of it, in the unit of work in progress. */
@Injectable()
export class OrderLifecycle {
  constructor(
    private readonly orders: OrderStore,
    private readonly publisher: EventPublisherService,
  ) {}

  /** Does nothing when the order is unknown or cannot go there from where it is: a late or repeated word. */
  async move(orderId: string, { to, updatedBy, reason }: Move): Promise<void> {
    const moved = await this.orders.move(orderId, { to, by: updatedBy, reason });
    if (!moved) return;
    const { before: order, at } = moved;
    await this.publisher.publishOrderStatusUpdated({
      orderId,
      oldStatus: order.status,
      newStatus: to,
      updatedBy,
      userId: order.userId,
      updatedAt: at,
      ...(reason === undefined ? {} : { reason }),
    });
    await this.publishEnd(order, to, at, reason);
  }

  private async publishEnd(order: OrderRow, to: OrderStatus, at: string, reason = 'UNKNOWN'): Promise<void> {
    const { orderId, userId, data } = order;
    const email = data.email === undefined ? {} : { email: data.email };
    if (to === 'completed') {
      const currency = data.currency === undefined ? {} : { currency: data.currency };
      const { total } = data.totals;
      await this.publisher.publishOrderCompleted({
        orderId,
        userId,
        total,
        completedAt: at,
        ...currency,
        ...email,
      });
    }
    if (to === 'cancelled') {
      await this.publisher.publishOrderCancelled({ orderId, userId, reason, cancelledAt: at, ...email });
    }
  }
}
