import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { isCancellable, type OrderStatus } from './domain/order-status';
import { OrderNotCancellableError, OrderNotFoundError } from './order.errors';
import { OrderStore } from './state/order-store';

/** Asks for a cancellation by event; whether it comes in time is decided where the order is driven. */
@Injectable()
export class CancelOrder {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrderStore,
    private readonly publisher: EventPublisherService,
  ) {}

  /** Throws `OrderNotFoundError` for another user's order too, `OrderNotCancellableError` when it is too late. */
  request(orderId: string, userId: string): Promise<{ orderId: string; status: OrderStatus }> {
    return this.unitOfWork.run(async () => {
      const order = await this.orders.lock(orderId);
      if (order?.userId !== userId) throw new OrderNotFoundError();
      if (!isCancellable(order.status)) throw new OrderNotCancellableError(order.status);
      await this.publisher.publishOrderCancelRequested({
        orderId,
        userId,
        reason: "At the customer's request.",
        requestedAt: new Date().toISOString(),
      });
      return { orderId, status: order.status };
    });
  }
}
