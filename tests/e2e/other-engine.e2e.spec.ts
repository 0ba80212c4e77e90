import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { Customer, TERMINAL } from '../support/customer';
import { Shop } from '../support/shop';

const kafka = testKafka();

describe.skipIf(kafka === null)('one database, first on one engine, then on the other', () => {
  let database: TestDatabase;
  let shop: Shop | undefined;

  beforeAll(async () => {
    database = await testDatabase();
  });

  afterAll(async () => {
    await shop?.stop();
    await database?.drop();
  });

  it.each([
    ['embedded', 5],
    ['kafka', 3],
    ['embedded', 2],
  ] as const)('%s: %i orders are completed', async (engine, count) => {
    shop = await Shop.start({
      databaseUrl: database.url,
      ...(engine === 'kafka' && kafka ? { kafka } : {}),
    });
    const customer = await Customer.register(shop.url);
    await eventually(async () => (await customer.order()).status === 202);
    for (let placed = 0; placed < count; placed++) {
      const { body } = await customer.order();
      const view = await eventually(
        async () => {
          const seen = await customer.view(body.orderId);
          return TERMINAL.includes(seen.status) && seen;
        },
        { withinMs: 30_000, what: `order ${body.orderId} to end on ${engine}` },
      );
      expect(view.status).toBe('completed');
    }
    await shop.stop();
    shop = undefined;
  });
});
