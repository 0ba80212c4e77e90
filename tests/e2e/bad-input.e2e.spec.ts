import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { call, Customer } from '../support/customer';
import { freePort } from '../support/free-port';
import { kafkaTurn } from '../support/kafka-turn';
import { ProductProcess } from '../support/product-process';
import { Shop } from '../support/shop';

const ANSWER_WITHIN_MS = 10_000;

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly faults?: readonly { readonly path: string; readonly message: string }[];
}

const VALID = {
  items: [{ productId: 'prod-003', quantity: 1 }],
  paymentMethod: 'pm_card_visa',
  shippingAddress: { name: 'Ada', line1: '1 Way', city: 'Dublin', postalCode: 'D01', country: 'IE' },
};

const withItem = (item: unknown) => ({ ...VALID, items: [item] });

const kafka = testKafka();

describe('bad input over HTTP', () => {
  let database: TestDatabase;
  let shop: Shop;
  let customer: Customer;
  let sql: pg.Client;

  beforeAll(async () => {
    database = await testDatabase();
    shop = await Shop.start({ databaseUrl: database.url });
    customer = await Customer.register(shop.url);
    sql = new pg.Client({ connectionString: database.url });
    await sql.connect();
    await eventually(async () => (await customer.order()).status === 202);
  });

  afterAll(async () => {
    await sql?.end();
    await shop?.stop();
    await database?.drop();
  });

  const orders = async () => Number((await sql.query('select count(*) from "order".orders')).rows[0].count);

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    customer.call<Problem>('POST', '/api/orders', body, { 'idempotency-key': randomUUID(), ...headers });

  it.each<[string, unknown, number, string, string | undefined]>([
    [
      'an unknown product',
      withItem({ productId: 'nope', quantity: 1 }),
      422,
      'UNKNOWN_PRODUCT',
      'items[0].productId',
    ],
    [
      'a zero quantity',
      withItem({ productId: 'prod-003', quantity: 0 }),
      400,
      'INVALID_INPUT',
      'items[0].quantity',
    ],
    [
      'a negative quantity',
      withItem({ productId: 'prod-003', quantity: -1 }),
      400,
      'INVALID_INPUT',
      'items[0].quantity',
    ],
    [
      'a fractional quantity',
      withItem({ productId: 'prod-003', quantity: 1.5 }),
      400,
      'INVALID_INPUT',
      'items[0].quantity',
    ],
    [
      'a huge quantity',
      withItem({ productId: 'prod-003', quantity: 1e15 }),
      400,
      'INVALID_INPUT',
      'items[0].quantity',
    ],
    [
      'a quantity as text',
      withItem({ productId: 'prod-003', quantity: '1' }),
      400,
      'INVALID_INPUT',
      'items[0].quantity',
    ],
    [
      'a product id as number',
      withItem({ productId: 3, quantity: 1 }),
      400,
      'INVALID_INPUT',
      'items[0].productId',
    ],
    ['items that are no list', { ...VALID, items: 'prod-003' }, 400, 'INVALID_INPUT', 'items'],
    ['no items', { ...VALID, items: [] }, 400, 'INVALID_INPUT', 'items'],
    ['malformed JSON', '{"items": [', 400, 'MALFORMED_JSON', undefined],
    ['an oversized body', { ...VALID, note: 'x'.repeat(1_200_000) }, 413, 'BODY_TOO_LARGE', undefined],
  ])('%s is refused, and nothing is written', async (_, body, status, code, path) => {
    const before = await orders();
    const begun = performance.now();
    const answer = await post(body);
    expect(performance.now() - begun).toBeLessThan(ANSWER_WITHIN_MS);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    if (path !== undefined) expect(answer.body.faults?.map((fault) => fault.path)).toContain(path);
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.(js|ts):\d+|node_modules/);
    expect(await orders()).toBe(before);
  });

  it('a cursor that somebody made up is refused', async () => {
    const made = (position: string) => Buffer.from(position).toString('base64url');
    for (const path of [
      `/api/orders?cursor=${made('{"createdAt":"2026-02-30 10:00:00+00","orderId":"o"}')}`,
      `/api/orders?cursor=${made('{"createdAt":"1795365000123456","orderId":"a\\u0000"}')}`,
      `/api/products?cursor=${made('prod-001\0')}`,
    ]) {
      const answer = await customer.call<Problem>('GET', path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 400, 'INVALID_INPUT']);
    }
  });

  it('no token, a foreign token and a forged token are 401', async () => {
    const none = await call<Problem>(shop.url, 'POST', '/api/orders', VALID, { 'idempotency-key': 'a' });
    expect([none.status, none.body.code]).toEqual([401, 'TOKEN_MISSING']);
    const foreign =
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzb21lYm9keSJ9.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const [head = '', payload = ''] = customer.token.split('.');
    for (const token of [foreign, `${head}.${payload}.`, 'nonsense']) {
      const answer = await post(VALID, { authorization: `Bearer ${token}` });
      expect(answer.status).toBe(401);
    }
  });

  it("another user's order looks like one that does not exist", async () => {
    const mine = await customer.order();
    const other = await Customer.register(shop.url);
    for (const path of [mine.body.orderId, `${mine.body.orderId}/events`, 'no-such-order']) {
      const answer = await other.call<Problem>('GET', `/api/orders/${path}`);
      expect([answer.status, answer.body.code]).toEqual([404, 'ORDER_NOT_FOUND']);
    }
    const cancel = await other.call<Problem>('POST', `/api/orders/${mine.body.orderId}/cancel`);
    expect(cancel.status).toBe(404);
  });

  it('a repeated Idempotency-Key gives the same order; with another body 422; without one 400', async () => {
    const key = randomUUID();
    const first = await post(VALID, { 'idempotency-key': key });
    const before = await orders();
    const again = await post(VALID, { 'idempotency-key': key });
    expect([again.status, again.body]).toEqual([202, first.body]);
    const changed = await post(withItem({ productId: 'prod-003', quantity: 2 }), { 'idempotency-key': key });
    expect([changed.status, changed.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const missing = await customer.call<Problem>('POST', '/api/orders', VALID);
    expect([missing.status, missing.body.code]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
    expect(await orders()).toBe(before);
  });

  it('one key sent twenty times at once makes one order', async () => {
    const key = randomUUID();
    const before = await orders();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => customer.order({ items: VALID.items }, key)),
    );
    expect(new Set(answers.map(({ body }) => body.orderId)).size).toBe(1);
    expect(await orders()).toBe(before + 1);
  });
});

describe('a start that cannot succeed', () => {
  let dataDir: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'shop-bad-start-'));
  });

  afterAll(async () => {
    for (const server of servers) server.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Accepts connections and never says a word. */
  const silent = () =>
    new Promise<number>((resolve) => {
      const server = createServer(() => undefined).listen(0, '127.0.0.1', () => {
        servers.push(server);
        resolve((server.address() as { port: number }).port);
      });
    });

  const start = async (env: Record<string, string>) => {
    const begun = performance.now();
    const process = ProductProcess.start('shop', 'backend/dist/main.js', {
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      METRICS_PORT: String(await freePort()),
      LOG_LEVEL: 'silent',
      ...env,
    });
    const status = await process.exit();
    return { status, seconds: (performance.now() - begun) / 1000, output: process.output };
  };

  it('ends with every fault of the configuration, a misspelt name included', async () => {
    const { status, output } = await start({
      KAFKA_BROKRES: 'a:1',
      KAFKA_DEFAULT_PARTITIONS: 'many',
      PORT: 'http',
    });
    expect(status).toBe(1);
    expect(output).toContain('INVALID_CONFIGURATION');
    for (const name of ['KAFKA_BROKRES', 'KAFKA_BROKERS', 'KAFKA_DEFAULT_PARTITIONS', 'PORT']) {
      expect(output).toContain(name);
    }
  });

  it('ends within 10 s when the database is gone, refusing or silent', async () => {
    for (const port of [await freePort(), await silent()]) {
      const { status, seconds, output } = await start({
        DATABASE_URL: `postgres://a:secret@127.0.0.1:${port}/shop`,
      });
      expect(status).toBe(1);
      expect(output).toMatch(/DATABASE_UNAVAILABLE|LOG_UNAVAILABLE/);
      expect(output).not.toContain('secret');
      expect(seconds).toBeLessThan(10);
    }
  });

  it('ends within 10 s when no broker answers', async () => {
    const database = await testDatabase();
    for (const port of [await freePort(), await silent()]) {
      const { status, seconds, output } = await start({
        DATABASE_URL: database.url,
        KAFKA_BROKERS: `127.0.0.1:${port}`,
      });
      expect(status).toBe(1);
      expect(output).toContain('LOG_UNAVAILABLE');
      expect(seconds).toBeLessThan(10);
    }
    await database.drop();
  });

  it.skipIf(kafka === null)(
    'ends within 10 s when no registry answers',
    async () => {
      if (kafka === null) throw new Error('There is no Kafka.');
      const endTurn = await kafkaTurn(kafka);
      const database = await testDatabase();
      try {
        for (const port of [await freePort(), await silent()]) {
          const { status, seconds, output } = await start({
            DATABASE_URL: database.url,
            KAFKA_BROKERS: kafka.brokers.join(','),
            SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}`,
          });
          expect(status).toBe(1);
          expect(output).toContain('SCHEMA_REGISTRY_UNAVAILABLE');
          expect(seconds).toBeLessThan(10);
        }
      } finally {
        await database.drop();
        await endTurn();
      }
    },
    400_000,
  );

  it('says which port is taken', async () => {
    const taken = await silent();
    const database = await testDatabase();
    const { status, output } = await start({ DATABASE_URL: database.url, PORT: String(taken) });
    expect(status).toBe(1);
    expect(output).toMatch(new RegExp(`PORT_TAKEN.*${taken}.*PORT`));
    await database.drop();
  });
});
