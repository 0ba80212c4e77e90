import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { isReturnable, isReturning, type OrderStatus } from '../domain/order-status';
import { OrderNotFoundError, OrderNotReturnableError } from '../order.errors';
import { OrderSettings } from '../order.environment';
import { OrderStore } from '../state/order-store';
import { RETURN_SAGA, type ReturnSagaContext } from './return-saga.context';

/** Takes a delivered order back. */
@Injectable()
export class ReturnOrder {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrderStore,
    private readonly engine: SagaEngine,
    private readonly settings: OrderSettings,
  ) {}

  /**
   * The same answer however often it is asked for. Throws `OrderNotFoundError` for another user's order too,
   * `OrderNotReturnableError` when the order was not completed or its return was refused, and `SagaLockedError` while
   * another saga of the order is unfinished.
   */
  request(orderId: string, userId: string): Promise<{ orderId: string; status: OrderStatus }> {
    return this.unitOfWork.run(async () => {
      const order = await this.orders.lock(orderId);
      if (order?.userId !== userId) throw new OrderNotFoundError();
      if (isReturning(order.status)) return { orderId, status: order.status };
      if (!isReturnable(order.status)) throw new OrderNotReturnableError(order.status);
      const currency = order.data.currency ?? this.settings.currency;
      const context: ReturnSagaContext = { orderId, userId, currency };
      await this.engine.start(RETURN_SAGA, orderId, context, null);
      return { orderId, status: 'return_requested' };
    });
  }
}
