import { randomUUID } from 'node:crypto';
import type { EventType, OrderCreatedEvent, ShopEvent } from '@shop/contracts';
import { sql } from '@/infrastructure/postgres/sql';
import { SagaDefinitions } from '@/infrastructure/saga/saga-definitions';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { SagaQueries } from '@/infrastructure/saga/saga-queries';
import { OrderLifecycle } from '@/services/order/order-lifecycle.service';
import { OrderSettings } from '@/services/order/order.environment';
import { ReturnOrder } from '@/services/order/returns/return-order.service';
import { RETURN_SAGA } from '@/services/order/returns/return-saga.context';
import { returnSagaV1 } from '@/services/order/returns/return-saga.definition';
import { ReturnSagaListener } from '@/services/order/returns/return-saga.listener';
import { ORDER_SAGA } from '@/services/order/saga/order-saga.context';
import { orderSagas } from '@/services/order/saga/order-saga.definition';
import { OrderSagaListener } from '@/services/order/saga/order-saga.listener';
import { OrderSagaStarter } from '@/services/order/saga/order-saga.starter';
import { CatalogueStore } from '@/services/order/state/catalogue-store';
import { orderMigrations } from '@/services/order/state/order.migrations';
import { OrderQueries } from '@/services/order/state/order-queries';
import { OrderStore } from '@/services/order/state/order-store';
import { type ServiceState, serviceState } from './service-state';

export const CUSTOMER = 'user-1';

/** The order service's sagas without the other services: a spec gives the answers. */
export class OrderDesk {
  private constructor(
    readonly state: ServiceState,
    readonly orders: OrderStore,
    readonly engine: SagaEngine,
    private readonly starter: OrderSagaStarter,
    readonly returns: ReturnOrder,
  ) {}

  static async open(): Promise<OrderDesk> {
    const state = await serviceState('order', orderMigrations);
    const { unitOfWork, publisher } = state;
    const orders = new OrderStore(unitOfWork);
    const catalogue = new CatalogueStore(unitOfWork);
    const lifecycle = new OrderLifecycle(orders, publisher);
    const definitions = new SagaDefinitions();
    for (const version of orderSagas) definitions.register(version, new OrderSagaListener(lifecycle));
    definitions.register(returnSagaV1, new ReturnSagaListener(lifecycle));
    const engine = new SagaEngine(unitOfWork, publisher, definitions);
    const settings = new OrderSettings('saga', 'EUR');
    const starter = new OrderSagaStarter(unitOfWork, orders, catalogue, engine, settings);
    await unitOfWork.run(() => catalogue.add('lamp', 10));
    return new OrderDesk(
      state,
      orders,
      engine,
      starter,
      new ReturnOrder(unitOfWork, orders, engine, settings),
    );
  }

  close(): Promise<void> {
    return this.state.close();
  }

  /** An order whose saga waits for its payment. */
  async placed(): Promise<string> {
    const orderId = randomUUID();
    const data: OrderCreatedEvent['data'] = {
      orderId,
      userId: CUSTOMER,
      items: [{ productId: 'lamp', quantity: 2, price: 10 }],
      totals: { subtotal: 20, tax: 3.8, shipping: 0, total: 23.8 },
      createdAt: '2026-01-01T00:00:00.000Z',
      paymentMethod: 'pm_card_visa',
    };
    await this.starter.start({ data });
    return orderId;
  }

  async answer(orderId: string, ...types: readonly EventType[]): Promise<void> {
    for (const eventType of types) {
      const data = { orderId, code: 'NO', message: 'wanted by the spec' };
      const event = { eventId: randomUUID(), eventType, data } as unknown as ShopEvent;
      await this.engine.reply([ORDER_SAGA, RETURN_SAGA], orderId, event);
    }
  }

  /** In which nobody answers what the saga asks for again and again. */
  async aDayPasses(type: string, orderId: string): Promise<void> {
    await this.state.database.run(sql`
      update sagas set deadline = clock_timestamp(),
        state = jsonb_set(state, '{waitingFor,handOverAt}', to_jsonb(clock_timestamp()))
      where id = ${`${type}:${orderId}`}`);
    while (await this.engine.expireOne());
  }

  async completed(): Promise<string> {
    const orderId = await this.placed();
    await this.answer(orderId, 'payment.completed', 'inventory.reserved', 'shipment.created');
    return orderId;
  }

  /** What was asked of other services for the order, in this order. */
  async asked(orderId: string): Promise<readonly string[]> {
    const events = await this.state.published();
    return events
      .filter(({ data }) => (data as { orderId?: string }).orderId === orderId)
      .map(({ eventType }) => eventType)
      .filter((type) => type.endsWith('requested') && type !== 'order.cancel.requested');
  }

  /** All statuses that the order has had. */
  async way(orderId: string): Promise<string | undefined> {
    const order = await new OrderQueries(this.state.database).find(orderId, CUSTOMER);
    return order?.history.map(({ status }) => status).join(' ');
  }

  saga(type: string, orderId: string) {
    return new SagaQueries(this.state.database).find(`${type}:${orderId}`);
  }
}
