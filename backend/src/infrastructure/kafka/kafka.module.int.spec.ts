import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type OrderCreatedEvent, topicNames, type UserRegisteredEvent } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import { EventConsumerService } from './consumer/event-consumer.service';
import { KafkaHandler } from './consumer/kafka-handler.decorator';
import { KafkaModule } from './kafka.module';
import type { KafkaModuleOptions } from './kafka.options';
import { KafkaRuntime } from './kafka-runtime';
import { EventPublisherService } from './publisher/event-publisher.service';

const order = (orderId: string) => ({
  orderId,
  userId: 'user-123',
  items: [{ productId: 'prod-001', quantity: 2, price: 19.99 }],
  totals: { subtotal: 39.98, tax: 7.6, shipping: 4.9, total: 52.48 },
  createdAt: '2026-01-02T03:04:05.678Z',
});

@Injectable()
class Welcome {
  readonly seen: string[] = [];

  @KafkaHandler('user.registered')
  async greet(event: UserRegisteredEvent): Promise<void> {
    this.seen.push(event.data.userId);
  }
}

const kafka = testKafka();
const engines: [string, Partial<KafkaModuleOptions> | null][] = [
  ['embedded', { engine: 'embedded' }],
  ['kafka', kafka && { engine: 'kafka', brokers: kafka.brokers, schemaRegistryUrl: kafka.registryUrl }],
];

describe.for(engines)('KafkaModule with a database on %s', ([, engine]) => {
  describe.skipIf(engine === null)('as a service uses it', () => {
    let database: TestDatabase;
    let app: Awaited<ReturnType<typeof start>>;
    const service = unique('svc').replaceAll('-', '_');

    async function start() {
      const options: KafkaModuleOptions = {
        ...engine,
        service,
        builtInTopics: topicNames,
        database: { url: database.url, migrations: { 'test-0001': 'create table seen (order_id text)' } },
        retry: { firstDelayMs: 5, longestDelayMs: 20 },
      };
      @Module({ imports: [KafkaModule.forRoot(options)], providers: [Welcome] })
      class ServiceUnderTest {}
      return NestFactory.createApplicationContext(ServiceUnderTest, { abortOnError: false, logger: false });
    }

    const stateful = () => {
      const parts = app.get(KafkaRuntime, { strict: false }).stateful;
      if (!parts) throw new Error('no database');
      return parts;
    };
    const unitOfWork = (): UnitOfWork => stateful().unitOfWork;
    const pool = (): Database => stateful().database;
    const publisher = () => app.get(EventPublisherService, { strict: false });
    const consumer = () => app.get(EventConsumerService, { strict: false });

    beforeAll(async () => {
      database = await testDatabase();
      app = await start();
    });

    afterAll(async () => {
      await app?.close();
      await database?.drop();
    });

    it('refuses a publish outside a unit of work', async () => {
      await expect(publisher().publishOrderCreated(order('o-0'))).rejects.toMatchObject({
        code: 'NO_UNIT_OF_WORK',
      });
    });

    it('refuses wrong data with the faulty path, and commits nothing', async () => {
      const wrong = { ...order('o-1'), items: [{ productId: 'p', quantity: 1, price: 1.00001 }] };
      const failing = unitOfWork().run(async (session) => {
        await session.run(sql`insert into seen values ('half')`);
        await publisher().publishOrderCreated(wrong);
      });
      await expect(failing).rejects.toMatchObject({
        code: 'INVALID_EVENT_DATA',
        faults: [expect.objectContaining({ path: expect.stringContaining('items[0].price') })],
      });
      expect(await pool().rows(sql`select * from seen`)).toEqual([]);
    });

    it('delivers what was committed to a handler registered at any time, with its effect once', async () => {
      const events: OrderCreatedEvent[] = [];
      consumer().registerHandler(
        'order.created',
        async (event) => {
          events.push(event);
          await unitOfWork().sql.run(sql`insert into seen values (${event.data.orderId})`);
        },
        { name: 'late' },
      );
      const orderId = unique('order');
      await unitOfWork().run(async () => publisher().publishOrderCreated(order(orderId)));
      await eventually(async () => pool().row(sql`select 1 from seen where order_id = ${orderId}`));
      const mine = events.filter((event) => event.data.orderId === orderId);
      expect(mine).toHaveLength(1);
      expect(mine[0]).toMatchObject({
        eventType: 'order.created',
        key: orderId,
        source: `/${service}`,
        data: order(orderId),
      });
    });

    it('repeats a failing handler in place and never skips', async () => {
      const orderId = unique('order');
      const runs: string[] = [];
      consumer().registerHandler(
        'order.cancelled',
        async (event) => {
          if (!event.data.orderId.startsWith(orderId)) return;
          runs.push(event.data.reason);
          if (runs.length < 4) throw new TypeError('not yet');
        },
        { name: 'stubborn' },
      );
      const cancelled = { orderId, userId: 'u', cancelledAt: new Date().toISOString() };
      await unitOfWork().run(async () => {
        await publisher().publishOrderCancelled({ ...cancelled, reason: 'first' });
        await publisher().publishOrderCancelled({ ...cancelled, reason: 'second' });
      });
      await eventually(() => runs.includes('second'));
      expect(runs).toEqual(['first', 'first', 'first', 'first', 'second']);
    });

    it('finds handlers by decorator', async () => {
      const userId = unique('user');
      await unitOfWork().run(async () =>
        publisher().publishUserRegistered({
          userId,
          email: 'ada@example.org',
          registrationMethod: 'email',
          isEmailVerified: false,
        }),
      );
      const welcome = app.get(Welcome, { strict: false });
      await eventually(() => welcome.seen.includes(userId));
    });

    it('goes on after a restart where it was', async () => {
      const orderId = unique('order');
      await app.close();
      app = await start();
      const seen: string[] = [];
      consumer().registerHandler('order.created', async (event) => void seen.push(event.data.orderId), {
        name: 'late',
      });
      await unitOfWork().run(async () => publisher().publishOrderCreated(order(orderId)));
      await eventually(() => seen.includes(orderId));
      expect(seen).toEqual([orderId]);
    });
  });
});
