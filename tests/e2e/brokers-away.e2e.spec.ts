import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { KafkaWiretap } from '@/testing/kafka-wiretap';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { call, Customer, TERMINAL } from '../support/customer';
import { kafkaTurn } from '../support/kafka-turn';
import { Shop } from '../support/shop';

const kafka = testKafka();
const ORDERS = 20;

describe.skipIf(kafka === null)('a shop whose brokers go away', () => {
  let database: TestDatabase;
  let wire: KafkaWiretap;
  let shop: Shop;
  let customer: Customer;
  let endTurn: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    if (kafka === null) return;
    database = await testDatabase();
    // The shop's own turn is that of the addresses it is told, and those are the wire's.
    endTurn = await kafkaTurn(kafka);
    wire = await KafkaWiretap.before(kafka.brokers);
    shop = await Shop.start({ databaseUrl: database.url, kafka: { ...kafka, brokers: wire.brokers } });
    customer = await Customer.register(shop.url);
    await eventually(async () => (await customer.order()).status === 202);
  });

  afterAll(async () => {
    await shop?.stop();
    await wire?.close();
    await endTurn();
    await database?.drop();
  });

  const logAnswers = async () => {
    const { body } = await call<{ checks: { name: string; ok: boolean }[] }>(shop.url, 'GET', '/health');
    return body.checks.find(({ name }) => name === 'log')?.ok;
  };

  it('accepts orders meanwhile, and all of them end well when the brokers are back', async () => {
    wire.cut();
    await eventually(async () => (await logAnswers()) === false, {
      withinMs: 30_000,
      what: 'the brokers to be away',
    });
    const orderIds: string[] = [];
    for (let placed = 0; placed < ORDERS; placed++) {
      const { status, body } = await customer.order();
      expect(status).toBe(202);
      orderIds.push(body.orderId);
    }
    for (const orderId of orderIds) expect((await customer.view(orderId)).status).toBe('pending');
    const metrics = await (await fetch(shop.metricsUrl)).text();
    const pending = /shop_outbox_pending\{service="order"\} (\d+)/.exec(metrics);
    expect(Number(pending?.[1])).toBeGreaterThanOrEqual(ORDERS);

    wire.mend();
    for (const orderId of orderIds) {
      const view = await eventually(
        async () => {
          const seen = await customer.view(orderId);
          return TERMINAL.includes(seen.status) && seen;
        },
        { withinMs: 90_000, what: `order ${orderId} to end` },
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${shop.output}`, { cause: error });
      });
      expect(view.status).toBe('completed');
    }
  });
});
