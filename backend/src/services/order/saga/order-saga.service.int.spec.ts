import { randomUUID } from 'node:crypto';
import type { EventType, OrderCreatedEvent, ShopEvent } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SagaDefinitions } from '@/infrastructure/saga/saga-definitions';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { SagaQueries } from '@/infrastructure/saga/saga-queries';
import { SagaWatch } from '@/infrastructure/saga/saga-watch';
import { eventually } from '@/testing/eventually';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { OrderLifecycle } from '../order-lifecycle.service';
import { OrderSettings } from '../order.environment';
import { CatalogueStore } from '../state/catalogue-store';
import { orderMigrations } from '../state/order.migrations';
import { OrderQueries } from '../state/order-queries';
import { OrderStatusFeed } from '../state/order-status-feed';
import { OrderStore } from '../state/order-store';
import { ORDER_SAGA } from './order-saga.context';
import { orderSagas } from './order-saga.definition';
import { OrderSagaListener } from './order-saga.listener';
import { OrderSagaService } from './order-saga.service';
import { OrderSagaStarter } from './order-saga.starter';

/** What each command is answered with; without an answer here the saga waits. */
type Answers = Partial<Record<EventType, EventType>>;

const success: Answers = {
  'payment.requested': 'payment.completed',
  'inventory.reservation.requested': 'inventory.reserved',
  'shipment.requested': 'shipment.created',
  'shipment.cancel.requested': 'shipment.cancelled',
  'inventory.release.requested': 'inventory.released',
  'payment.refund.requested': 'payment.refunded',
};

describe("an order's saga", () => {
  let state: ServiceState;
  let engine: SagaEngine;
  let service: OrderSagaService;
  let queries: OrderQueries;

  beforeAll(async () => {
    state = await serviceState('order', orderMigrations);
    const { unitOfWork, publisher, database } = state;
    const orders = new OrderStore(unitOfWork);
    const catalogue = new CatalogueStore(unitOfWork);
    const definitions = new SagaDefinitions();
    const listener = new OrderSagaListener(new OrderLifecycle(orders, publisher));
    for (const version of orderSagas) definitions.register(version, listener);
    engine = new SagaEngine(unitOfWork, publisher, definitions);
    const settings = new OrderSettings('saga', 'EUR');
    const starter = new OrderSagaStarter(unitOfWork, orders, catalogue, engine, settings);
    service = new OrderSagaService(
      starter,
      engine,
      new SagaWatch(engine, new SagaQueries(database)),
      unitOfWork,
    );
    queries = new OrderQueries(database);
    await unitOfWork.run(() => catalogue.add('lamp', 10));
  });
  afterAll(() => state.close());

  const created = (changes: Partial<OrderCreatedEvent['data']> = {}): OrderCreatedEvent => ({
    eventId: randomUUID(),
    eventType: 'order.created',
    occurredAt: '2026-01-01T00:00:00.000Z',
    source: '/spec',
    key: null,
    correlationId: 'c',
    schemaVersion: 1,
    data: {
      orderId: randomUUID(),
      userId: 'user-1',
      items: [{ productId: 'lamp', quantity: 2, price: 10 }],
      totals: { subtotal: 20, tax: 3.8, shipping: 0, total: 23.8 },
      createdAt: '2026-01-01T00:00:00.000Z',
      paymentMethod: 'pm_card_visa',
      ...changes,
    },
  });

  const about = async (orderId: string) =>
    (await state.published()).filter(({ data }) => (data as { orderId: string }).orderId === orderId);

  /** The other services: answers every command of the order, once, until the saga has ended. */
  async function runWith(answers: Answers, event: OrderCreatedEvent): Promise<void> {
    const { orderId } = event.data;
    let ended = false;
    const settled = service.executeOrderSaga(event).then(
      () => undefined,
      (error: unknown) => error,
    );
    void settled.then(() => {
      ended = true;
    });
    const answered = new Set<string>();
    await eventually(async () => {
      for (const command of await about(orderId)) {
        const type = answers[command.eventType as EventType];
        if (!type || answered.has(command.eventId)) continue;
        answered.add(command.eventId);
        const answer = {
          ...command,
          eventId: randomUUID(),
          eventType: type,
          data: { orderId, code: 'NO', message: 'no' },
        };
        await engine.reply(ORDER_SAGA, orderId, answer as unknown as ShopEvent);
      }
      return ended;
    });
    const error = await settled;
    if (error) throw error;
  }

  const endOf = async (orderId: string) => {
    const order = await queries.find(orderId, 'user-1');
    return { way: order?.history.map(({ status }) => status).join(' '), reason: order?.reason };
  };
  const commands = async (orderId: string) =>
    (await about(orderId)).map(({ eventType }) => eventType).filter((type) => type.endsWith('requested'));

  it('resolves when the order is completed', async () => {
    const event = created();
    await runWith(success, event);
    const { orderId } = event.data;
    expect(await endOf(orderId)).toMatchObject({ way: 'pending validated paid reserved shipped completed' });
    expect(await commands(orderId)).toEqual([
      'payment.requested',
      'inventory.reservation.requested',
      'shipment.requested',
    ]);
    const updates = (await about(orderId)).filter(({ eventType }) => eventType === 'order.status.updated');
    expect(updates).toHaveLength(5);
    const completed = (await state.publishedOf('order.completed')).find((data) => data.orderId === orderId);
    expect(completed).toMatchObject({ userId: 'user-1', total: 23.8 });
  });

  it.each<[string, Answers, string, string[]]>([
    [
      'payment fails',
      { 'payment.requested': 'payment.failed' },
      'pending validated cancelled',
      ['payment.requested'],
    ],
    [
      'the stock is short',
      { 'inventory.reservation.requested': 'inventory.reservation.failed' },
      'pending validated paid cancelled',
      ['payment.requested', 'inventory.reservation.requested', 'payment.refund.requested'],
    ],
    [
      'the shipment fails',
      { 'shipment.requested': 'shipment.failed' },
      'pending validated paid reserved cancelled',
      [
        'payment.requested',
        'inventory.reservation.requested',
        'shipment.requested',
        'inventory.release.requested',
        'payment.refund.requested',
      ],
    ],
  ])('resolves when the order is compensated: %s', async (_, failure, way, asked) => {
    const event = created();
    await runWith({ ...success, ...failure }, event);
    expect(await endOf(event.data.orderId)).toEqual({ way, reason: 'NO' });
    expect(await commands(event.data.orderId)).toEqual(asked);
    const cancelled = (await state.publishedOf('order.cancelled')).find(
      (data) => data.orderId === event.data.orderId,
    );
    expect(cancelled).toMatchObject({ reason: 'NO' });
  });

  it('rejects when a refund is refused, and a resumed saga ends', async () => {
    const event = created();
    const { orderId } = event.data;
    const refused: Answers = {
      ...success,
      'shipment.requested': 'shipment.failed',
      'payment.refund.requested': 'payment.refund.failed',
    };
    await expect(runWith(refused, event)).rejects.toMatchObject({ code: 'ORDER_NEEDS_ATTENTION' });
    expect((await endOf(orderId)).way).toBe('pending validated paid reserved needs_attention');
    await engine.resume(ORDER_SAGA, orderId);
    const answer = { ...event, eventId: randomUUID(), eventType: 'payment.refunded' } as unknown as ShopEvent;
    await engine.reply(ORDER_SAGA, orderId, answer);
    expect((await endOf(orderId)).way).toBe('pending validated paid reserved needs_attention cancelled');
  });

  it.each<[Partial<OrderCreatedEvent['data']>, string]>([
    [{ items: [{ productId: 'nothing', quantity: 1, price: 20 }] }, 'UNKNOWN_PRODUCT'],
    [{ items: [{ productId: 'lamp', quantity: 20, price: 1 }] }, 'PRICE_MISMATCH'],
    [{ paymentMethod: '' }, 'PAYMENT_METHOD_MISSING'],
  ])('brings an order of another producer to an end at once: %j', async (changes, reason) => {
    const event = created(changes);
    await service.executeOrderSaga(event);
    expect(await endOf(event.data.orderId)).toEqual({ way: 'pending cancelled', reason });
    expect(await commands(event.data.orderId)).toEqual([]);
  });

  it('runs once for an event that comes again, and for another event of the same order', async () => {
    const event = created();
    await runWith(success, event);
    await service.executeOrderSaga(event);
    await service.executeOrderSaga({ ...event, eventId: randomUUID() });
    expect(await commands(event.data.orderId)).toHaveLength(3);
  });

  it('carries the steps of the definition on its handle', async () => {
    const event = created();
    const { orderId } = event.data;
    await runWith({ ...success, 'shipment.requested': 'shipment.failed' }, event);
    const saga = service.sagaOf(orderId);
    await saga.validateOrder();
    await saga.processPayment();
    await saga.reserveInventory();
    await expect(saga.createShipment()).rejects.toMatchObject({
      code: 'ORDER_SAGA_STEP_FAILED',
      step: 'shipment',
    });
    expect(saga.completedSteps).toEqual(['payment', 'inventory']);
    await saga.releaseInventory();
    await saga.refundPayment();
    await saga.compensate();
    await expect(saga.complete()).rejects.toMatchObject({ code: 'ORDER_SAGA_STEP_FAILED' });
  });

  it('is not awaited inside the transaction that starts it', async () => {
    const waiting = state.unitOfWork.run(() => service.executeOrderSaga(created()));
    await expect(waiting).rejects.toMatchObject({ code: 'SAGA_AWAITED_IN_TRANSACTION' });
  });

  it('refuses an order stamped for the other flow, and text that cannot be kept', async () => {
    await expect(service.executeOrderSaga(created({ flow: 'choreography' }))).rejects.toMatchObject({
      code: 'ORDER_FLOW_MISMATCH',
    });
    await expect(service.executeOrderSaga(created({ orderId: 'a\0b' }))).rejects.toMatchObject({
      code: 'UNUSABLE_ORDER_EVENT',
    });
  });

  it('tells a watcher of every change once, the past ones first', async () => {
    const feed = new OrderStatusFeed(queries);
    const event = created();
    const { orderId } = event.data;
    const seen: string[] = [];
    await state.unitOfWork.run(() => new OrderStore(state.unitOfWork).insert(event.data, 'event'));
    feed.watch(orderId, 0, ({ seq, status }) => seen.push(`${seq} ${status}`));
    await eventually(() => seen.length === 1);
    await runWith(success, event);
    await eventually(() => seen.length === 6);
    const late: string[] = [];
    feed.watch(orderId, 4, ({ seq, status }) => late.push(`${seq} ${status}`));
    await eventually(() => late.length === 2);
    await feed.beforeApplicationShutdown();
    expect(seen).toEqual(['1 pending', '2 validated', '3 paid', '4 reserved', '5 shipped', '6 completed']);
    expect(late).toEqual(['5 shipped', '6 completed']);
  });
});
