import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { call, Customer } from '../support/customer';
import { figuresOfEmbedded, figuresOfKafka, OUR_GROUP } from '../support/foreign-figures';
import { Shop } from '../support/shop';

interface Health {
  readonly status: string;
  readonly producer: {
    readonly messagesProduced: number;
    readonly errors: number;
    readonly avgLatency: number;
  };
  readonly consumers: { readonly active: number; readonly lag: number; readonly errors: number };
  readonly topics: { readonly total: number; readonly healthy: number };
}

const kafka = testKafka();
const STUCK_ORDERS = 5;

/** A cluster may have other groups, and the exporter shows them too. */
function lagOfOurs(metrics: string): number {
  const lines = metrics.matchAll(/^kafka_consumergroup_lag_sum\{(.*)\} (\d+)$/gm);
  return [...lines]
    .filter(([, labels]) => OUR_GROUP.test(/consumergroup="([^"]*)"/.exec(labels ?? '')?.[1] ?? ''))
    .reduce((sum, [, , value]) => sum + Number(value), 0);
}

describe.for(['embedded', 'kafka'] as const)('health and metrics on %s', (engine) => {
  describe.skipIf(engine === 'kafka' && kafka === null)('against the tools of the log', () => {
    let database: TestDatabase;
    let shop: Shop;
    let customer: Customer;

    beforeAll(async () => {
      database = await testDatabase();
      shop = await Shop.start({
        databaseUrl: database.url,
        ...(engine === 'kafka' && kafka ? { kafka } : {}),
      });
      customer = await Customer.register(shop.url);
      await eventually(async () => (await customer.order()).status === 202);
    });

    afterAll(async () => {
      await shop?.stop();
      await database?.drop();
    });

    const health = async () => (await call<Health>(shop.url, 'GET', '/health')).body;
    const witness = () =>
      engine === 'kafka' && kafka ? figuresOfKafka(kafka) : figuresOfEmbedded(database.url);

    it('says the same as they do when all is handled', async () => {
      const { report, figures } = await eventually(
        async () => {
          const before = await health();
          const figures = await witness();
          const report = await health();
          const quiet = before.producer.messagesProduced === report.producer.messagesProduced;
          const handled = before.consumers.lag === 0 && report.consumers.lag === 0;
          return quiet && handled && { report, figures };
        },
        { withinMs: 60_000, what: 'everything to be handled' },
      );
      const { status, consumers, topics, producer } = report;
      expect([status, consumers.lag, consumers.active]).toEqual(['healthy', figures.lag, figures.members]);
      expect(figures.members).toBeGreaterThan(0);
      expect(topics).toEqual({ total: 24, healthy: 24 });
      expect([producer.messagesProduced, producer.errors]).toEqual([figures.records, 0]);
      expect(producer.avgLatency).toBeGreaterThan(0);
    });

    it('is live and ready', async () => {
      expect((await call(shop.url, 'GET', '/health/live')).status).toBe(200);
      expect((await call(shop.url, 'GET', '/health/ready')).status).toBe(200);
    });

    it('shows the lag of a handler that fails and holds its partition, as they do', async () => {
      await shop.stopSimulator();
      const { body } = await customer.order();
      const stuck = [body.orderId];
      while (stuck.length < STUCK_ORDERS) stuck.push((await customer.order()).body.orderId);
      await eventually(async () => (await health()).consumers.errors > 0, { what: 'a failed run' });
      await eventually(
        async () => {
          const [before, figures, after] = [await health(), await witness(), await health()];
          return [before.consumers.lag, figures.lag, after.consumers.lag].every(
            (lag) => lag === STUCK_ORDERS,
          );
        },
        { withinMs: 60_000, what: 'both to see the lag of the stuck orders and no other' },
      );

      expect((await health()).status).toBe('degraded');
      const metrics = await (await fetch(shop.metricsUrl)).text();
      expect(lagOfOurs(metrics)).toBe(STUCK_ORDERS);
      expect(metrics).toMatch(/^shop_retrying\{group="ecommerce-consumers.payment".*\} [1-9]/m);

      await shop.startSimulator();
      await eventually(async () => (await health()).consumers.lag === 0, {
        withinMs: 90_000,
        what: 'the waiting orders to be handled',
      });
      for (const orderId of stuck) {
        await eventually(async () => (await customer.view(orderId)).status === 'completed', {
          withinMs: 60_000,
        });
      }
    });

    it('loses nothing when it is told to end in the middle of orders', async () => {
      const placed: string[] = [];
      for (let round = 0; round < 3; round++) {
        const answers = await Promise.all(Array.from({ length: 8 }, () => customer.order()));
        placed.push(...answers.map(({ body }) => body.orderId));
        expect(await shop.terminate()).toBe(0);
        await shop.restart();
      }
      for (const orderId of placed) {
        await eventually(async () => (await customer.view(orderId)).status === 'completed', {
          withinMs: 60_000,
          what: `order ${orderId} to be completed`,
        });
      }
    });
  });
});
