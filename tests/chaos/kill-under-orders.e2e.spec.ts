import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { call, Customer, type OrderView, type OrderWish, TERMINAL } from '../support/customer';
import type { LedgerLine } from '../support/ledger';
import { seededRandom } from '../support/random';
import { Shop } from '../support/shop';

interface Accepted {
  readonly orderId: string;
  readonly wish: OrderWish;
}

const PRODUCT = 'prod-002';
const kafka = testKafka();
const SHORTEST_DEADLINE_MS = 60_000;
const engines = [
  { engine: 'embedded', kills: 20 },
  { engine: 'kafka', kills: 5 },
] as const;

/** Of each four orders two go through, one is declined, one comes back from the carrier. */
function wishOf(number: number): OrderWish {
  const items = [{ productId: PRODUCT, quantity: 1 }];
  if (number % 4 === 1) return { items, paymentMethod: 'pm_card_chargeDeclined' };
  if (number % 4 === 3) {
    return { items, shippingAddress: { name: 'Z', line1: '1', city: 'Z', postalCode: '0', country: 'ZZ' } };
  }
  return { items };
}

/**
 * A shop that is down most of the time may take longer over a step than the step allows. Such an order has to be undone
 * completely, and only such a one may be.
 */
function outlivedADeadline(view: OrderView | undefined): boolean {
  const [before, end] = (view?.history ?? []).slice(-2).map(({ at }) => Date.parse(at));
  if (view?.reason !== 'DEADLINE_PASSED' || before === undefined || end === undefined) return false;
  return end - before >= SHORTEST_DEADLINE_MS;
}

describe.for(engines)('kill -9 under orders, $engine', ({ engine, kills }) => {
  describe.skipIf(engine === 'kafka' && kafka === null)(
    'with the payment provider and the database up',
    () => {
      let database: TestDatabase;
      let shop: Shop;
      let customer: Customer;
      let initialStock: number;
      const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(1_000_000));
      const random = seededRandom(seed);

      const stock = async () => {
        const { body } = await customer.call<{ availableStock: number }>('GET', `/api/products/${PRODUCT}`);
        return body.availableStock;
      };

      beforeAll(async () => {
        database = await testDatabase();
        shop = await Shop.start({
          databaseUrl: database.url,
          env: { OPERATOR_TOKEN: 'spec' },
          ...(engine === 'kafka' && kafka ? { kafka } : {}),
        });
        customer = await Customer.register(shop.url);
        initialStock = await eventually(async () => (await stock()) > 0 && (await stock()));
      });

      afterAll(async () => {
        await shop?.stop();
        await database?.drop();
      });

      /** A client that got no answer asks again with the same key, for as long as the shop may be down. */
      const place = async (number: number): Promise<Accepted> => {
        const wish = wishOf(number);
        const key = randomUUID();
        const answer = await eventually(
          async () => {
            const got = await customer.order(wish, key);
            return got.status === 202 && got.body;
          },
          { withinMs: 60_000, what: `order ${number} to be accepted (seed ${seed})` },
        );
        const again = await eventually(
          async () => {
            const got = await customer.order(wish, key);
            return got.status === 202 && got.body;
          },
          { withinMs: 60_000, what: `order ${number} to be answered again (seed ${seed})` },
        );
        expect(again.orderId).toBe(answer.orderId);
        return { orderId: answer.orderId, wish };
      };

      it(`after ${kills} kills at random moments no accepted order is lost, doubled or hanging (seed ${seed})`, {
        timeout: 400_000,
      }, async () => {
        const placing: Promise<Accepted>[] = [];
        let number = 0;
        for (let kill = 0; kill < kills; kill++) {
          for (let order = 0; order < 4; order++) placing.push(place(number++));
          await new Promise((resolve) => setTimeout(resolve, random() * 1_200));
          const [pid] = shop.pids();
          await shop.kill();
          expect(() => process.kill(pid ?? 0, 0)).toThrow(/ESRCH/);
          await shop.restart();
        }
        const accepted = await Promise.all(placing);
        expect(new Set(accepted.map(({ orderId }) => orderId)).size).toBe(number);

        const views = new Map<string, OrderView>();
        await eventually(
          async () => {
            for (const { orderId } of accepted) {
              if (views.has(orderId)) continue;
              const view = await customer.view(orderId);
              if (!TERMINAL.includes(view.status)) return false;
              views.set(orderId, view);
            }
            return true;
          },
          { withinMs: 120_000, what: `all ${number} orders to end (seed ${seed})` },
        ).catch((error: unknown) => {
          throw new Error(`${String(error)}\n${shop.output}`, { cause: error });
        });

        const { body: ledger } = await call<LedgerLine[]>(shop.simulatorUrl, 'GET', '/ledger');
        const lines = new Map(ledger.map((line) => [line.orderId, line]));
        let sold = 0;
        for (const { orderId, wish } of accepted) {
          const view = views.get(orderId);
          const line = lines.get(orderId) ?? { captured: 0, refunded: 0, captures: 0, refunds: 0 };
          const refused = wish.paymentMethod !== undefined || wish.shippingAddress !== undefined;
          const wanted = refused || outlivedADeadline(view) ? 'cancelled' : 'completed';
          expect([orderId, view?.status], `${JSON.stringify(view)}\n${shop.output}`).toEqual([
            orderId,
            wanted,
          ]);
          expect(line.captures).toBeLessThanOrEqual(1);
          expect(line.refunds).toBeLessThanOrEqual(1);
          const kept = wanted === 'completed' ? Math.round((view?.totals.total ?? 0) * 100) : 0;
          expect([orderId, line.captured - line.refunded]).toEqual([orderId, kept]);
          if (wanted === 'completed') sold += 1;
        }
        await eventually(async () => (await stock()) === initialStock - sold, {
          what: `stock to be ${initialStock} - ${sold}; it is ${await stock()} (seed ${seed})`,
        });
      });
    },
  );
});
