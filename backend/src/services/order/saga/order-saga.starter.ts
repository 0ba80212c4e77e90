import { Injectable } from '@nestjs/common';
import type { OrderCreatedEvent } from '@shop/contracts';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { isStorable, isStorableKey } from '@/infrastructure/postgres/storable';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import type { Order } from '../domain/order';
import { OrderSettings } from '../order.environment';
import { CatalogueStore } from '../state/catalogue-store';
import { type OrderRow, OrderStore } from '../state/order-store';
import { ORDER_SAGA, type OrderSagaContext } from './order-saga.context';
import { OrderFlowMismatchError, UnusableOrderEventError } from './order-saga.errors';

/** From `order.created` to a started saga, and to the order's row when the event came from elsewhere. */
@Injectable()
export class OrderSagaStarter {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly orders: OrderStore,
    private readonly catalogue: CatalogueStore,
    private readonly engine: SagaEngine,
    private readonly settings: OrderSettings,
  ) {}

  /** Idempotent by order id. Throws `OrderFlowMismatchError` for an order stamped with the other flow. */
  start(event: Pick<OrderCreatedEvent, 'data'> & Partial<Pick<OrderCreatedEvent, 'eventId'>>): Promise<void> {
    return this.unitOfWork.run(async () => {
      await this.startFor(await this.orderOf(event.data), event.eventId ?? null);
    });
  }

  async startFor(order: OrderRow, eventId: string | null): Promise<void> {
    if (order.flow !== 'saga') throw new OrderFlowMismatchError(order.orderId);
    await this.engine.start(ORDER_SAGA, order.orderId, await this.contextOf(order), eventId);
  }

  /** The order's row under its lock; made from the event when there is none. */
  async orderOf(data: Order): Promise<OrderRow> {
    if (!isStorableKey(data.orderId) || !isStorableKey(data.userId) || !isStorable(data)) {
      throw new UnusableOrderEventError();
    }
    await this.orders.insert(data, 'event');
    const row = await this.orders.lock(data.orderId);
    if (!row) throw new Error(`Order '${data.orderId}' was just written and is not there.`);
    return row;
  }

  private async contextOf({ origin, data }: OrderRow): Promise<OrderSagaContext> {
    const context = { order: data, currency: data.currency ?? this.settings.currency };
    if (origin === 'api') return context;
    const catalogue = await this.catalogue.find(data.items.map(({ productId }) => productId));
    return { ...context, catalogue };
  }
}
