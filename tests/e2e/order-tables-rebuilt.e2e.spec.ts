import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { call, Customer, TERMINAL } from '../support/customer';
import { Shop } from '../support/shop';

interface Projection {
  readonly name: string;
  readonly lag: { readonly events: number; readonly streams: number; readonly seconds: number };
  readonly lastRebuild: {
    readonly state: string;
    readonly kind: string;
    readonly hashes: Readonly<Record<string, { readonly live: string | null; readonly rebuilt: string }>>;
  } | null;
}

const ROOT = resolve(import.meta.dirname, '../..');
const OPERATOR = { authorization: 'Bearer spec', 'x-operator': 'spec' };

describe('the tables of the order service', () => {
  let database: TestDatabase;
  let shop: Shop;
  let customer: Customer;
  let client: pg.Client;

  beforeAll(async () => {
    database = await testDatabase();
    shop = await Shop.start({ databaseUrl: database.url, env: { OPERATOR_TOKEN: 'spec' } });
    customer = await Customer.register(shop.url);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await eventually(async () => (await customer.order()).status === 202);
  });
  afterAll(async () => {
    await client?.end();
    await shop?.stop();
    await database?.drop();
  });

  const ops = <Body>(method: string, path: string, body?: unknown) =>
    call<Body>(shop.url, method, `/ops/api/${path}`, body, OPERATOR);
  const projection = async () => {
    const { status, body } = await ops<{ items: readonly Projection[] }>('GET', 'projections');
    expect(status).toBe(200);
    return body.items.find(({ name }) => name === 'orders');
  };
  const run = async (kind: string) => {
    expect((await ops('POST', 'projections/orders/rebuild', { kind })).status).toBe(202);
    return eventually(
      async () => {
        const last = (await projection())?.lastRebuild;
        return last?.kind === kind && last.state !== 'running' && last;
      },
      { withinMs: 30_000, what: `the ${kind} to end` },
    );
  };
  const lagMetric = async (of: 'events' | 'seconds' = 'events') => {
    const text = await (await fetch(shop.metricsUrl)).text();
    const line = new RegExp(`shop_projection_lag_${of}\\{[^}]*projection="orders"[^}]*\\} ([\\d.]+)`);
    return Number(line.exec(text)?.[1]);
  };
  const place = async (): Promise<string> => {
    const { status, body } = await customer.order();
    expect(status).toBe(202);
    return body.orderId;
  };
  const ended = (orderIds: readonly string[]) =>
    eventually(
      async () => {
        for (const orderId of orderIds) {
          if (!TERMINAL.includes((await customer.view(orderId)).status)) return false;
        }
        return true;
      },
      { withinMs: 60_000, what: 'every order to end' },
    );

  it('are dropped and made anew while orders come in: the shop goes on and nothing differs', {
    timeout: 180_000,
  }, async () => {
    const before = await Promise.all(Array.from({ length: 10 }, place));
    await client.query('drop table "order".orders, "order".order_history');
    const without = await Promise.all(Array.from({ length: 10 }, place));
    await ended([...before, ...without]);

    const lag = (await projection())?.lag;
    expect(lag?.streams).toBeGreaterThanOrEqual(20);
    expect(lag?.events).toBeGreaterThanOrEqual(20 * 6);
    expect(lag?.seconds).toBeGreaterThan(0);
    await eventually(async () => (await lagMetric()) >= 20 * 6);
    const list = await customer.call<{ code: string }>('GET', '/api/orders');
    expect([list.status, list.body.code]).toEqual([503, 'ORDERS_BEING_REBUILT']);

    let going = true;
    const during: string[] = [];
    const buyers = Array.from({ length: 3 }, async () => {
      while (going) during.push(await place());
    });
    const rebuilt = await run('rebuild');
    const counted = during.length;
    going = false;
    await Promise.all(buyers);
    expect(rebuilt).toMatchObject({ state: 'done', hashes: { orders: { live: null } } });
    expect(counted).toBeGreaterThan(0);

    await ended(during);
    expect((await projection())?.lag).toEqual({ events: 0, streams: 0, seconds: 0 });
    await eventually(async () => (await lagMetric()) === 0);
    const { state, hashes } = await run('compare');
    expect(state).toBe('done');
    for (const { live, rebuilt } of Object.values(hashes)) expect(live).toBe(rebuilt);
    const all = [...before, ...without, ...during];
    const { rows } = await client.query('select order_id from "order".orders where order_id = any($1)', [
      all,
    ]);
    expect(rows).toHaveLength(all.length);
    for (const orderId of all) expect((await customer.view(orderId)).status).toBe('completed');
  });

  it('are followed back: an operator sees an order at any version', async () => {
    const orderId = await place();
    await ended([orderId]);
    const at = (version?: number) =>
      ops<{ status: string; version: number; history: readonly { status: string }[] }>(
        'GET',
        `orders/${orderId}${version === undefined ? '' : `?version=${version}`}`,
      );
    const now = (await at()).body;
    expect(now.history.map(({ status }) => status)).toEqual([
      'pending',
      'validated',
      'paid',
      'reserved',
      'shipped',
      'completed',
    ]);
    expect((await at(3)).body).toMatchObject({ version: 3, status: 'paid' });
    expect((await at(now.version + 1)).body).toMatchObject({ code: 'ORDER_VERSION_NOT_FOUND' });
    expect((await call(shop.url, 'GET', `/ops/api/orders/${orderId}`)).status).toBe(401);
  });

  const command = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['scripts/projections.mjs', ...args], {
      env: { ...process.env, OPS_URL: shop.url, OPERATOR_TOKEN: 'spec' },
      cwd: ROOT,
    });

  it('that fall behind show by how much, by route, metric and command, and a rebuild brings them up', async () => {
    const orderId = await place();
    await ended([orderId]);
    expect((await projection())?.lag).toEqual({ events: 0, streams: 0, seconds: 0 });
    // A row that is not at the version which an append expects is left as it is.
    const behind = await client.query('update "order".orders set version = 2 where order_id = $1', [orderId]);
    expect(behind.rowCount).toBe(1);

    const lag = (await projection())?.lag;
    expect(lag).toMatchObject({ events: 4, streams: 1 });
    expect(lag?.seconds).toBeGreaterThan(0);
    await eventually(async () => (await lagMetric()) === 4);
    await eventually(async () => (await lagMetric('seconds')) > 0);
    expect((await command('list')).stdout).toMatch(/^orders .* 4 events of 1 streams behind, for \d+\.\d s/);
    expect((await command('rebuild', 'orders')).stdout).toMatch(/done, [\s\S]*orders: differed/);
    expect((await projection())?.lag).toEqual({ events: 0, streams: 0, seconds: 0 });
    await eventually(async () => (await lagMetric()) === 0);
  });

  it('that are made of product events are rebuilt by a replay of these', async () => {
    const rows = async () =>
      (await client.query('select product_id, price, sellable from "order".catalogue order by 1')).rows;
    const before = await rows();
    expect(before.length).toBeGreaterThan(2);
    await client.query('update "order".catalogue set price = price + 1, sellable = not sellable');
    await client.query('delete from "order".catalogue where product_id = $1', [before[0]?.product_id]);
    await client.query(`insert into "order".catalogue (product_id, price) values ('nothing', 1)`);

    const begun = await ops<{ id: string }>('POST', 'replays', {
      topic: 'product-events',
      handlers: ['order.catalogue'],
      mode: 'rebuild',
    });
    expect(begun.status).toBe(202);
    const replay = await eventually(async () => {
      const { body } = await ops<{ state: string; counts: { failed: number } }>(
        'GET',
        `replays/${begun.body.id}`,
      );
      return body.state !== 'running' && body;
    });
    expect(replay).toMatchObject({ state: 'completed', counts: { failed: 0 } });
    expect(await rows()).toEqual(before);
    await ended([await place()]);
  });

  it('are compared by a command as by the route', async () => {
    expect((await command('compare', 'orders')).stdout).toMatch(
      /done, \d+ streams[\s\S]*orders: was the same/,
    );
    expect((await command('list')).stdout).toMatch(/^orders {2}orders, order_history {2}up to date/);
    await expect(command('rebuild', 'nothing')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('UNKNOWN_PROJECTION'),
    });
  });
});
