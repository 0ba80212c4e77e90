import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { EventType, OrderCreatedEvent, ShopEvent } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppModule } from '@/app.module';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { Platform } from '@/infrastructure/platform/platform';
import { AnalyticsEventHandler } from '@/services/analytics/entry/analytics-event.handler';
import { InventoryEventHandler } from '@/services/inventory/entry/inventory-event.handler';
import { NotificationEventHandler } from '@/services/notification/entry/notification-event.handler';
import { OrderSagaService } from '@/services/order/saga/order-saga.service';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';
import { type Simulator, startSimulator } from '../../payment-simulator/src/simulator.ts';
import { readOptions } from '../../payment-simulator/src/simulator.options.ts';
import { ShopCallShapes } from './shop-call-shapes';

const SERVICES = 'product,order,payment,inventory,shipping,notification,analytics';
const rethrow = (error: Error) => {
  throw error;
};

describe('the shop’s public services, called as they are', () => {
  let dataDir: string;
  let database: TestDatabase;
  let simulator: Simulator;
  let app: INestApplicationContext;
  let reader: Database;
  let shop: ShopCallShapes;
  let product: { productId: string; price: number };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'call-shapes-'));
    database = await testDatabase();
    simulator = await startSimulator(readOptions({ DATA_DIR: dataDir, PAYMENT_SIMULATOR_PORT: '0' }), {
      onFatal: rethrow,
      onUnexpected: rethrow,
    });
    vi.stubEnv('PAYMENT_SIMULATOR_PORT', String(simulator.port));
    const platform = await Platform.start({
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      EVENT_TRANSPORT: 'embedded',
      SERVICES,
    });
    app = await NestFactory.createApplicationContext(await AppModule.for(platform), {
      logger: false,
      abortOnError: false,
    });
    const get = <T>(type: abstract new (...dependencies: never[]) => T) =>
      app.get<T>(type, { strict: false });
    shop = new ShopCallShapes(
      get(OrderSagaService),
      get(NotificationEventHandler),
      get(InventoryEventHandler),
      get(AnalyticsEventHandler),
    );
    reader = new Database({
      url: database.url,
      schema: 'public',
      maxConnections: 1,
      applicationName: 'witness',
    });
    product = await eventually(() =>
      reader.row<typeof product>(sql`
        select c.product_id as "productId", c.price::float8 as price
        from "order".catalogue c join inventory.stock s using (product_id) where s.available > 5 limit 1`),
    );
  });

  afterAll(async () => {
    await app?.close();
    await reader?.close();
    await simulator?.close();
    await database?.drop();
    vi.unstubAllEnvs();
    await rm(dataDir, { recursive: true, force: true });
  });

  const event = <Type extends EventType>(eventType: Type, data: ShopEvent<Type>['data']): ShopEvent<Type> =>
    ({
      eventId: unique('event'),
      eventType,
      data,
      occurredAt: '2026-01-02T03:04:05.678Z',
      source: '/call-shapes',
      key: null,
      correlationId: 'story',
      schemaVersion: 1,
    }) as unknown as ShopEvent<Type>;

  const orderEvent = (data: Partial<OrderCreatedEvent['data']> = {}): OrderCreatedEvent =>
    event('order.created', {
      orderId: unique('12345'),
      userId: 'user-123',
      items: [{ productId: product.productId, quantity: 1, price: product.price }],
      totals: { subtotal: product.price, tax: 0, shipping: 0, total: product.price },
      createdAt: '2026-01-02T03:04:05.678Z',
      ...data,
    });

  const ledgerOf = async (orderId: string) => {
    const response = await fetch(`${simulator.url}/ledger`);
    const entries = (await response.json()) as { orderId: string; captures: number; refunds: number }[];
    return entries.find((entry) => entry.orderId === orderId);
  };

  const stockOf = async () => {
    const row = await reader.row<{ available: number }>(
      sql`select available::int as available from inventory.stock where product_id = ${product.productId}`,
    );
    return row?.available ?? 0;
  };

  it('executeOrderSaga resolves when the order is completed, paid once', async () => {
    const placed = orderEvent({ paymentMethod: 'pm_card_visa' });
    const before = await stockOf();
    await shop.order(placed);
    expect(await ledgerOf(placed.data.orderId)).toMatchObject({ captures: 1, refunds: 0 });
    expect(await stockOf()).toBe(before - 1);
  });

  it('executeOrderSaga resolves when the order is compensated', async () => {
    const declined = orderEvent({ paymentMethod: 'pm_card_chargeDeclined' });
    const before = await stockOf();
    await shop.order(declined);
    const saga = await reader.row<{ status: string }>(
      sql`select status from "order".orders where order_id = ${declined.data.orderId}`,
    );
    expect(saga?.status).toBe('cancelled');
    expect(await stockOf()).toBe(before);
  });

  it('InventoryEventHandler deducts an order’s items, once', async () => {
    const placed = orderEvent({ flow: 'choreography' });
    const before = await stockOf();
    await shop.deduct(placed);
    await shop.deduct(placed);
    expect(await stockOf()).toBe(before - 1);
  });

  it('NotificationEventHandler welcomes a user and confirms an order', async () => {
    const userId = unique('user');
    await shop.notify(
      event('user.registered', {
        userId,
        email: 'ada@example.org',
        registrationMethod: 'email',
        isEmailVerified: false,
      }),
    );
    await shop.notify(orderEvent({ userId, email: 'ada@example.org' }));
    const templates = await reader.rows<{ template: string }>(
      sql`select template from notification.notifications where user_id = ${userId} order by template`,
    );
    expect(templates.map(({ template }) => template)).toEqual(['order-confirmation', 'welcome']);
  });

  it('AnalyticsEventHandler records a view', async () => {
    const anonymousId = unique('visitor');
    await shop.record(event('analytics.page_view', { anonymousId, url: '/', path: '/' }));
    await shop.record(
      event('analytics.product_view', { anonymousId, productId: 'p', category: 'lighting', price: 1 }),
    );
    const rows = await reader.rows(sql`select 1 from analytics.events where anonymous_id = ${anonymousId}`);
    expect(rows).toHaveLength(2);
  });
});
