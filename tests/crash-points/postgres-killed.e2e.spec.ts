import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inLongForm } from '../promises/support/long-form';
import { Customer } from '../support/customer';
import { seededRandom } from '../support/random';
import { Shop } from '../support/shop';
import { expectInvariants } from './invariants';
import { KilledPostgres } from './killed-postgres';
import { ORDER_KINDS, STOCK } from './order-kinds';
import { type Ended, Orders } from './orders';
import {
  expectEndsRight,
  expectMoneyRight,
  expectStockRight,
  fullStock,
  type Stock,
} from './state-of-the-shop';

const count = inLongForm(240, 1_000);
const leastKills = inLongForm(2, 8);
const ORDER_EVERY_MS = 120;
const KILL_EVERY_MS = { least: 5_000, most: 10_000 };

describe('kill -9 of PostgreSQL under orders', () => {
  const seed = Number(process.env['CHAOS_SEED'] ?? randomInt(1_000_000));
  const random = seededRandom(seed);
  let postgres: KilledPostgres;
  let shop: Shop;
  let customer: Customer;
  let orders: Orders;
  let atFirst: Stock;

  beforeAll(async () => {
    postgres = await KilledPostgres.start();
    shop = await Shop.start({ databaseUrl: postgres.url, env: { OPERATOR_TOKEN: 'spec' } });
    customer = await Customer.register(shop.url);
    orders = new Orders(customer);
    atFirst = await fullStock(customer, STOCK);
  });

  afterAll(async () => {
    await shop?.stop();
    await postgres?.remove();
  });

  const killingUntil = async (over: AbortSignal) => {
    while (!over.aborted) {
      await delay(KILL_EVERY_MS.least + random() * (KILL_EVERY_MS.most - KILL_EVERY_MS.least));
      if (!over.aborted) await postgres.kill();
    }
  };

  it(`${count} orders come to their right ends, none lost or doubled, and more are taken (seed ${seed})`, {
    timeout: inLongForm(170_000, 600_000),
  }, async () => {
    const placed = new AbortController();
    const killing = killingUntil(placed.signal);
    for (let number = 0; number < count; number++) {
      orders.place(ORDER_KINDS[number % ORDER_KINDS.length] as (typeof ORDER_KINDS)[number]);
      await delay(ORDER_EVERY_MS);
    }
    placed.abort();
    await killing;
    expect(postgres.kills).toBeGreaterThanOrEqual(leastKills);

    const all: Ended[] = [...(await orders.ended())];
    expect(new Set(all.map(({ orderId }) => orderId)).size).toBe(count);
    for (const kind of ORDER_KINDS) orders.place(kind);
    all.push(...(await orders.ended()));
    expectEndsRight(all);
    await expectMoneyRight(shop.simulatorUrl, all);
    await expectStockRight(customer, atFirst, all);
    await expectInvariants({ databaseUrl: postgres.url, simulatorUrl: shop.simulatorUrl });
  });
});
