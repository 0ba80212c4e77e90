import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { expectInvariants } from '../crash-points/invariants';
import { Customer, type OrderWish } from '../support/customer';
import { Shop } from '../support/shop';

const ORDERS = 200;
const WIDTH = 8;
/** So many have been accepted when one of the two workers is killed. */
const KILLED_AT = 100;
const PRODUCT = 'prod-012';
const BEYOND_THE_CARRIER = { name: 'Z', line1: '1', city: 'Z', postalCode: '0', country: 'ZZ' };

/** Of each four orders two go through, one is declined by the bank, one is taken back from the carrier on. */
function wishOf(number: number): OrderWish {
  const items = [{ productId: PRODUCT, quantity: 1 }];
  if (number % 4 === 1) return { items, paymentMethod: 'pm_card_chargeDeclined' };
  if (number % 4 === 3) return { items, shippingAddress: BEYOND_THE_CARRIER };
  return { items };
}

describe('two processes that share the sagas', () => {
  let database: TestDatabase;
  let shop: Shop;
  let customer: Customer;
  let orders: Database;

  beforeAll(async () => {
    database = await testDatabase();
    shop = await Shop.start({
      databaseUrl: database.url,
      processes: ['all', 'all'],
      env: { OPERATOR_TOKEN: 'spec' },
    });
    customer = await Customer.register(shop.url);
    orders = new Database({
      url: database.url,
      schema: 'order',
      maxConnections: 2,
      applicationName: 'spec',
    });
    await eventually(async () => {
      const { body } = await customer.call<{ availableStock: number }>('GET', `/api/products/${PRODUCT}`);
      return body.availableStock >= ORDERS;
    });
  });

  afterAll(async () => {
    await orders?.close();
    await shop?.stop();
    await database?.drop();
  });

  const place = async (number: number): Promise<void> => {
    const key = randomUUID();
    await eventually(async () => (await customer.order(wishOf(number), key)).status === 202, {
      withinMs: 60_000,
      what: `order ${number} to be accepted`,
    });
  };

  /** How many answers each process has brought to a saga. */
  const answersOf = (): Promise<readonly number[]> =>
    Promise.all(
      shop.metricsUrls.map(async (url) => {
        const text = await (await fetch(url)).text();
        const counts = text.matchAll(
          /^shop_events_handled_total\{[^}]*handler="order\.on-saga-reply"[^}]*\} (\d+)/gm,
        );
        return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
      }),
    );

  const sagas = async (): Promise<Readonly<Record<string, number>>> => {
    const rows = await orders.rows<{ status: string; count: number }>(sql`
      select status, count(*)::int as count from sagas group by status`);
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  };

  it(`kill -9 of one in the middle of ${ORDERS} orders: the other finishes all, each step asked for once`, async () => {
    let next = 0;
    const placeUpTo = async (end: number) => {
      const one = async () => {
        while (next < end) await place(next++);
      };
      await Promise.all(Array.from({ length: WIDTH }, one));
    };

    // Both own some of the partitions by now, and move sagas.
    await placeUpTo(KILLED_AT / 2);
    await eventually(async () => (await answersOf()).every((count) => count > 0), {
      what: 'both processes to move sagas',
    });
    await placeUpTo(KILLED_AT);
    const [, victim] = shop.pids();
    await shop.kill(1);
    expect(() => process.kill(victim ?? 0, 0)).toThrow(/ESRCH/);
    const atTheKill = await sagas();
    expect(atTheKill['running'] ?? 0).toBeGreaterThan(0);
    expect(atTheKill['completed'] ?? 0).toBeGreaterThan(0);
    await placeUpTo(ORDERS);

    await eventually(
      async () => {
        const { completed = 0, compensated = 0 } = await sagas();
        return completed + compensated === ORDERS;
      },
      { withinMs: 90_000, what: 'every saga to end' },
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)} ${JSON.stringify(await sagas())}\n${shop.output}`, { cause: error });
    });
    expect(await sagas()).toEqual({ completed: ORDERS / 2, compensated: ORDERS / 2 });

    // Two owners at once would both have asked, or both have brought the answer.
    const twice = await orders.rows(sql`
      select saga_id, kind, step, count(*)::int as times from saga_history
      group by saga_id, kind, step having count(*) > 1`);
    expect(twice).toEqual([]);
    await expectInvariants({ databaseUrl: database.url, simulatorUrl: shop.simulatorUrl });
  }, 170_000);
});
