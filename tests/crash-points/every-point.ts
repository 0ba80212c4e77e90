import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { Customer } from '../support/customer';
import { type CrashPoint, type Engine, PointList } from './crash-point';
import { CrashShop } from './crash-shop';
import { expectInvariants } from './invariants';
import { idleRules } from './not-an-order';
import { Operator } from './operator';
import { type Flow, FLOWS, kindsOf, type OrderKind, STOCK } from './order-kinds';
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
/** Of the kinds, before all of them are placed. */
const AT_FIRST = 3;
const AGAIN_AFTER_MS = 4_000;
const FOLLOWS_WITHIN_MS = 5_000;
const OPERATOR_TOKEN = 'spec';
const kafka = testKafka();

export interface EveryPointOptions {
  readonly engine: Engine;
  /** How many times each point is struck. */
  readonly rounds: number;
  /** Of the orders at whose points the kills are; the list is held against orders of both. */
  readonly flows: readonly Flow[];
  /** Of the names, every so manyth, from that one on. Default: all of them. */
  readonly every?: { readonly nth: number; readonly from: number };
}

interface Batch {
  readonly round: number;
  readonly nth: number;
  readonly flow: Flow;
  readonly points: readonly CrashPoint[];
}

function batchesOf(points: readonly CrashPoint[], rounds: number): readonly Batch[] {
  const batches = FLOWS.flatMap((flow) => {
    const ofFlow = points.filter((point) => point.flow === flow);
    return Array.from({ length: Math.ceil(ofFlow.length / BATCH) }, (_, nth) => ({
      flow,
      points: ofFlow.slice(nth * BATCH, (nth + 1) * BATCH),
    }));
  });
  return Array.from({ length: rounds }, (_, round) =>
    batches.map((batch, nth) => ({ ...batch, round: round + 1, nth: nth + 1 })),
  ).flat();
}

const whose = (flows: readonly Flow[]) =>
  flows.includes('choreography') ? 'orders of both flows' : 'orders of a saga (of the other flow at length)';

const told = ({ side, name }: CrashPoint) => `${side} ${name}`;

/**
 * Points struck on both sides, payment provider and database up; a shop and a database of its own, so that parts of the
 * list run at once on the embedded engine.
 */
export function everyPoint({ engine, rounds, flows, every = { nth: 1, from: 0 } }: EveryPointOptions): void {
  describe.skipIf(engine === 'kafka' && kafka === null)(
    `kill -9 at every await that crosses, ${engine}, ${whose(flows)}`,
    () => {
      const listNow = () => new PointList(engine, 'choreography');
      const list = listNow();
      const all: Ended[] = [];
      /** By name of the crossing. */
      const comesTo = new Map<string, OrderKind>();
      let database: TestDatabase;
      let crash: CrashShop;
      let customer: Customer;
      let orders: Orders;
      let atFirst: Stock;

      beforeAll(async () => {
        database = await testDatabase();
        crash = await CrashShop.start({
          databaseUrl: database.url,
          env: { OPERATOR_TOKEN },
          ...(engine === 'kafka' && kafka ? { kafka } : {}),
        });
        customer = await Customer.register(crash.shop.url);
        orders = new Orders(customer, new Operator(crash.shop.url, OPERATOR_TOKEN));
        atFirst = await fullStock(customer, STOCK);
      });

      afterAll(async () => {
        await crash?.stop();
        await database?.drop();
      });

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

      /** The kind that is known to come to the point and the next ones; then orders of every kind, until it is struck. */
      const strike = async (point: CrashPoint) => {
        await crash.startFor(point);
        const kinds = kindsOf(point.flow);
        const known = comesTo.get(point.name);
        const first = known ? Math.max(0, kinds.indexOf(known)) : 0;
        let next = 0;
        await crash.struck(point, () => {
          if (performance.now() < next) return;
          const many = next === 0 && known ? AT_FIRST : kinds.length;
          next = performance.now() + AGAIN_AFTER_MS;
          for (const kind of [...kinds, ...kinds].slice(first, first + many)) orders.place(kind);
        });
      };

      it('every crossing of an order has a name in the list', async () => {
        const update = process.env['UPDATE_CRASH_POINTS'] === '1';
        for (const flow of FLOWS) {
          if (flow !== 'saga') await crash.startToLive(flow);
          for (const kind of kindsOf(flow)) {
            orders.place(kind);
            all.push(...(await orders.ended()));
            for (const name of crash.seen()) if (!comesTo.has(name)) comesTo.set(name, kind);
          }
          await expectAllRight();
          // What follows from an order goes on after its end.
          const listed = () => new PointList(engine, flow).missing(crash.seen()).length === 0;
          await eventually(() => !update && listed(), { withinMs: FOLLOWS_WITHIN_MS }).catch(() => undefined);
          if (update) new PointList(engine, flow).rewrite(crash.seen());
        }
        const seen = crash.seen();
        const now = listNow();
        expect(now.unlisted(seen)).toEqual([]);
        expect(now.missing(seen)).toEqual([]);
        expect(idleRules(seen, engine)).toEqual([]);
      });

      const mine = list.points
        .filter(({ flow }) => flows.includes(flow))
        .filter((_, nth) => Math.floor(nth / 2) % every.nth === every.from);
      it.for(batchesOf(mine, rounds))(
        'round $round, batch $nth, $flow: no order is lost, doubled or hanging',
        { timeout: BATCH_WITHIN_MS },
        async ({ nth, flow, points }) => {
          for (const [index, point] of points.entries()) {
            await strike(point);
            if (index % 2 === nth % 2) await crash.renewSimulator();
          }
          await crash.startToLive(flow);
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
}
