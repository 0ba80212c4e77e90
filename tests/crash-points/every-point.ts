import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { inLongForm } from '../promises/support/long-form';
import { Customer } from '../support/customer';
import { type CrashPoint, PointList } from './crash-point';
import { CrashShop } from './crash-shop';
import { expectInvariants } from './invariants';
import { idleRules } from './not-an-order';
import { ORDER_KINDS, STOCK } from './order-kinds';
import { type Ended, Orders } from './orders';
import {
  expectEndsRight,
  expectMoneyRight,
  expectStockRight,
  fullStock,
  type Stock,
} from './state-of-the-shop';

/** Kills between two looks at the state of everything. */
const BATCH = 12;
const BATCH_WITHIN_MS = 400_000;
const AGAIN_AFTER_MS = 4_000;
const FOLLOWS_WITHIN_MS = 5_000;
const HALVES = 2;
const rounds = inLongForm(1, 3);
const engines = inLongForm<readonly ('embedded' | 'kafka')[]>(['embedded'], ['embedded', 'kafka']);
const kafka = testKafka();

interface Batch {
  readonly round: number;
  readonly nth: number;
  readonly points: readonly CrashPoint[];
}

function batchesOf(points: readonly CrashPoint[]): readonly Batch[] {
  return Array.from({ length: rounds }, (_, round) => round).flatMap((round) =>
    Array.from({ length: Math.ceil(points.length / BATCH) }, (_, nth) => ({
      round: round + 1,
      nth: nth + 1,
      points: points.slice(nth * BATCH, (nth + 1) * BATCH),
    })),
  );
}

const told = ({ side, name }: CrashPoint) => `${side} ${name}`;

/** The names of one half of the list, struck on both sides; a shop and a database of its own, so halves run at once. */
export function everyPointOfHalf(half: number): void {
  describe.for(engines)('kill -9 at every await that crosses, %s', (engine) => {
    describe.skipIf(engine === 'kafka' && kafka === null)(
      'with the payment provider and the database up',
      () => {
        const list = new PointList(engine);
        const all: Ended[] = [];
        let database: TestDatabase;
        let crash: CrashShop;
        let customer: Customer;
        let orders: Orders;
        let atFirst: Stock;

        beforeAll(async () => {
          database = await testDatabase();
          crash = await CrashShop.start({
            databaseUrl: database.url,
            env: { OPERATOR_TOKEN: 'spec' },
            ...(engine === 'kafka' && kafka ? { kafka } : {}),
          });
          customer = await Customer.register(crash.shop.url);
          orders = new Orders(customer);
          atFirst = await fullStock(customer, STOCK);
        });

        afterAll(async () => {
          await crash?.stop();
          await database?.drop();
        });

        const placeAll = () => {
          for (const kind of ORDER_KINDS) orders.place(kind);
        };

        const expectAllRight = async () => {
          all.push(...(await orders.ended()));
          expectEndsRight(all);
          await expectMoneyRight(crash.shop.simulatorUrl, all);
          await expectStockRight(customer, atFirst, all);
          await expectInvariants({
            databaseUrl: database.url,
            simulatorUrl: crash.shop.simulatorUrl,
            kafka: engine === 'kafka' && kafka ? kafka : undefined,
          });
        };

        /** Orders of every kind until one of them has come to the point. */
        const strike = async (point: CrashPoint) => {
          await crash.startFor(point);
          let next = 0;
          await crash.struck(point, () => {
            if (performance.now() < next) return;
            next = performance.now() + AGAIN_AFTER_MS;
            placeAll();
          });
        };

        it('every crossing of an order has a name in the list', async () => {
          for (const kind of ORDER_KINDS) {
            orders.place(kind);
            await expectAllRight();
          }
          const update = process.env['UPDATE_CRASH_POINTS'] === '1';
          // What follows from an order goes on after its end.
          await eventually(() => !update && list.missing(crash.seen()).length === 0, {
            withinMs: FOLLOWS_WITHIN_MS,
          }).catch(() => undefined);
          const seen = crash.seen();
          if (update) list.rewrite(seen);
          const now = new PointList(engine);
          expect(now.unlisted(seen)).toEqual([]);
          expect(now.missing(seen)).toEqual([]);
          expect(idleRules(seen)).toEqual([]);
        });

        const mine = list.points.filter((_, nth) => Math.floor(nth / 2) % HALVES === half);
        it.for(batchesOf(mine))(
          'round $round, batch $nth: no order is lost, doubled or hanging',
          { timeout: BATCH_WITHIN_MS },
          async ({ nth, points }) => {
            for (const [index, point] of points.entries()) {
              await strike(point);
              if (index % 2 === nth % 2) await crash.renewSimulator();
            }
            await crash.startToLive();
            await expectAllRight().catch((error: unknown) => {
              throw new Error(`After kills ${points.map(told).join('; ')}\n${crash.shop.output}`, {
                cause: error,
              });
            });
          },
        );

        it('no crossing turned up on the way that has no name', () => {
          expect(list.unlisted(crash.seen())).toEqual([]);
        });
      },
    );
  });
}
