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
  readonly checks: readonly { readonly name: string; readonly ok: boolean }[];
}

const kafka = testKafka();
const WAITING_ORDERS = 8;

/** A cluster may have other groups, and the exporter shows them too. */
function lagOfOurs(metrics: string): number {
  const lines = metrics.matchAll(/^kafka_consumergroup_lag_sum\{(.*)\} (\d+)$/gm);
  return [...lines]
    .filter(([, labels]) => OUR_GROUP.test(/consumergroup="([^"]*)"/.exec(labels ?? '')?.[1] ?? ''))
    .reduce((sum, [, , value]) => sum + Number(value), 0);
}

const failing = ({ checks }: Health) => checks.filter(({ ok }) => !ok).map(({ name }) => name);

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
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${shop.output}`, { cause: error });
      });
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

    it('tells of orders that wait for a payment provider that is away, and of the same lag as they do', async () => {
      await shop.stopSimulator();
      const waiting: string[] = [];
      while (waiting.length < WAITING_ORDERS) waiting.push((await customer.order()).body.orderId);
      const report = await eventually(
        async () => {
          const [before, figures, after] = [await health(), await witness(), await health()];
          const exported = lagOfOurs(await (await fetch(shop.metricsUrl)).text());
          const lags = [before.consumers.lag, after.consumers.lag, exported];
          const same = lags.every((lag) => lag === figures.lag);
          const told = failing(after).includes('handlers') && failing(after).includes('breakers');
          return same && told && after;
        },
        { withinMs: 60_000, what: 'health to tell of events that wait and of an open breaker' },
      );
      expect(report.status).toBe('degraded');
      expect(report.consumers.errors).toBeGreaterThan(0);
      const metrics = await (await fetch(shop.metricsUrl)).text();
      expect(metrics).toMatch(/^shop_retrying\{group="ecommerce-consumers.payment".*\} [1-9]/m);
      expect(metrics).toMatch(/^shop_circuit_open\{name="[^"]+"\} 1$/m);

      await shop.startSimulator();
      for (const orderId of waiting) {
        await eventually(async () => (await customer.view(orderId)).status === 'completed', {
          withinMs: 90_000,
          what: `order ${orderId} to be completed`,
        });
      }
      await eventually(async () => (await health()).consumers.lag === 0, { withinMs: 30_000 });
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
