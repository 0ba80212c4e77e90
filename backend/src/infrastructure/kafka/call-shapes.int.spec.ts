import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { dlqOf, dlqSettings, type OrderCreatedEvent, topics } from '@shop/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { KafkaTransport } from '@/infrastructure/kafka/transport/kafka/kafka-transport';
import { AppModule } from '@/testing/call-shapes/app.module';
import { CustomEventService } from '@/testing/call-shapes/custom-event.service';
import { customTopic } from '@/testing/call-shapes/custom-topic';
import { OrderEventService } from '@/testing/call-shapes/order-event.service';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import { EventConsumerService } from './consumer/event-consumer.service';
import { KafkaModule } from './kafka.module';
import type { KafkaModuleOptions } from './kafka.options';
import { KafkaRuntime } from './kafka-runtime';
import { EventPublisherService } from './publisher/event-publisher.service';

const kafka = testKafka();
const brokers = kafka?.brokers ?? [];
const quiet = { logger: false, abortOnError: false } as const;

const running: INestApplicationContext[] = [];
const keep = <App extends INestApplicationContext>(app: App): App => {
  running.push(app);
  return app;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
  vi.unstubAllEnvs();
});

describe.skipIf(kafka === null)('imports: [KafkaModule], without options', () => {
  beforeAll(async () => {
    const log = new KafkaTransport({ brokers, clientId: 'set-up' });
    await log.admin.createTopics([topics['order-events'], dlqSettings('order-events')]);
    await log.close();
  });

  const start = async () => {
    vi.stubEnv('KAFKA_BROKERS', brokers.join(','));
    vi.stubEnv('SCHEMA_REGISTRY_URL', kafka?.registryUrl);
    vi.stubEnv('SERVICE_NAME', unique('shop'));
    return keep(await NestFactory.createApplicationContext(AppModule, quiet));
  };

  const order = (id: string) => ({
    id,
    userId: 'user-123',
    items: [{ productId: 'prod-001', quantity: 2, price: 19.99 }],
    totals: { subtotal: 39.98, tax: 7.6, shipping: 4.9, total: 52.48 },
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
  });

  it('publishes by a plainly injected EventPublisherService and hands the event to customHandler', async () => {
    const app = await start();
    const id = unique('12345');
    await app.get(OrderEventService).onOrderCreated(order(id));
    await eventually(() => app.get(CustomEventService).orders.includes(id));
  });

  it('takes an object with handle, at any time', async () => {
    const app = await start();
    class LateHandler {
      readonly seen: OrderCreatedEvent[] = [];

      async handle(event: OrderCreatedEvent): Promise<void> {
        this.seen.push(event);
      }
    }
    const customHandler = new LateHandler();
    const id = unique('12345');
    await app.get(OrderEventService).onOrderCreated(order(id));
    await eventually(() => app.get(CustomEventService).orders.includes(id));
    app.get(EventConsumerService).registerHandler('order.created', customHandler);
    const later = unique('12345');
    await app.get(OrderEventService).onOrderCreated(order(later));
    const event = await eventually(() => customHandler.seen.find(({ data }) => data.orderId === later));
    expect(event.data).toEqual({
      orderId: later,
      userId: 'user-123',
      items: [{ productId: 'prod-001', quantity: 2, price: 19.99 }],
      totals: { subtotal: 39.98, tax: 7.6, shipping: 4.9, total: 52.48 },
      createdAt: '2026-01-02T03:04:05.678Z',
    });
  });

  it('publishes a batch whole, or nothing of it', async () => {
    const app = await start();
    const publisher = app.get(EventPublisherService, { strict: false });
    const item = (id: string, price: number) => {
      const { id: orderId, createdAt, items, ...rest } = order(id);
      const data = { ...rest, orderId, createdAt: createdAt.toISOString() };
      return {
        eventType: 'order.created' as const,
        data: { ...data, items: items.map((one) => ({ ...one, price })) },
      };
    };
    const [first, second, refused] = [unique('batch'), unique('batch'), unique('refused')];
    await expect(publisher.publishBatch([item(refused, 1), item(refused, 1.00001)])).rejects.toMatchObject({
      code: 'INVALID_EVENT_DATA',
      faults: [{ path: 'data.items[0].price' }],
    });
    const published = await publisher.publishBatch([item(first, 1), item(second, 2)]);
    expect(published.map(({ topic, key }) => [topic, key])).toEqual([
      ['order-events', first],
      ['order-events', second],
    ]);
    const { orders } = app.get(CustomEventService);
    await eventually(() => orders.includes(first) && orders.includes(second));
    expect(orders).not.toContain(refused);
  });
});

const engines: [string, KafkaModuleOptions | null][] = [
  ['embedded', { engine: 'embedded' }],
  ['kafka', kafka && { engine: 'kafka', brokers, schemaRegistryUrl: kafka.registryUrl }],
];

describe.for(engines)('a topic of one’s own on %s', ([engine, options]) => {
  describe.skipIf(options === null)('from a config object', () => {
    let database: TestDatabase;

    beforeAll(async () => {
      database = await testDatabase();
    });

    afterAll(() => database?.drop());

    it('custom-events is made with exactly its settings', async () => {
      @Module({
        imports: [KafkaModule.forRoot({ ...options, logUrl: database.url, topics: [customTopic] })],
      })
      class Application {}
      const app = keep(await NestFactory.createApplicationContext(Application, quiet));
      const { admin } = app.get(KafkaRuntime, { strict: false }).transport;
      const [described] = await admin.describeTopics(['custom-events']);
      expect(described).toMatchObject({ topic: 'custom-events', partitions: 6 });
      // The embedded log is one copy, and says so.
      expect(described?.replicationFactor).toBe(engine === 'kafka' ? 3 : 1);
      expect(described?.partitionDetails).toHaveLength(6);
      expect(described?.config).toMatchObject({
        'retention.ms': '2592000000',
        'cleanup.policy': 'delete',
        'compression.type': 'gzip',
        'max.message.bytes': '2000000',
      });
      await admin.deleteTopics(['custom-events', dlqOf('custom-events')]);
    });
  });
});
