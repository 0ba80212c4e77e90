import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import { deadLettersOf } from '@/infrastructure/kafka/dead-letters/dead-letters-of';
import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { EventFactory } from '@/infrastructure/kafka/publisher/event-factory';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { OutboxSink } from '@/infrastructure/kafka/publisher/outbox-sink';
import { Metrics } from '@/infrastructure/observability/metrics';
import { RELAY_SHARDS } from '@/infrastructure/outbox/outbox.migrations';
import { oldestRows } from '@/infrastructure/outbox/outbox-rows';
import { sql } from '@/infrastructure/postgres/sql';
import { SecurityModule } from '@/infrastructure/security/security.module';
import { bundleForChild } from '@/testing/bundle-for-child';
import { type DeadLetterState, deadLetterState, orderOf } from '@/testing/dead-letter-state';
import { eventually } from '@/testing/eventually';
import { OpsPeers } from '../ops-peers';
import { DeadLetterBulkController } from './dead-letter-bulk.controller';
import { DeadLetterDesk } from './dead-letter-desk.service';
import { DeadLettersController } from './dead-letters.controller';

const LEASE = { leaseMs: 2_000, lookMs: 50 };
const PATH = '/ops/api/dead-letters';
const NOBODY = '00000000-0000-7000-8000-000000000000';
const TOKEN = 'let-me-in';

type Answer = Record<string, unknown> & { items: Record<string, unknown>[]; nextCursor: string | null };

/** As far as dead letters need one. */
function runtimeOf({ codec, registry, database, unitOfWork }: DeadLetterState): KafkaRuntime {
  const sink = new OutboxSink(new EventFactory(registry, '/spec'), codec, unitOfWork, new Metrics());
  const publisher = new EventPublisherService(sink);
  return { codec, registry, publisher, stateful: { database, unitOfWork } } as unknown as KafkaRuntime;
}

describe('/ops/api/dead-letters', () => {
  let orders: DeadLetterState;
  let payments: DeadLetterState;
  const runtimes: KafkaRuntime[] = [];
  const apps: NestFastifyApplication[] = [];
  let gateway = '';
  let shop = '';
  let silentGateway = '';

  async function start(own: readonly KafkaRuntime[], peers: OpsPeers): Promise<string> {
    const known = new KafkaRuntimes();
    for (const runtime of own) known.add(runtime);
    @Module({
      imports: [SecurityModule.forRoot({ AUTH_JWT_SECRET: 'x'.repeat(32), OPERATOR_TOKEN: TOKEN })],
      controllers: [DeadLettersController, DeadLetterBulkController],
      providers: [
        DeadLetterDesk,
        { provide: OpsPeers, useValue: peers },
        { provide: KafkaRuntimes, useValue: known },
      ],
    })
    class ProcessModule {}
    const app = await NestFactory.create<NestFastifyApplication>(
      ProcessModule,
      new FastifyAdapter(fastifyOptions()),
      { logger: false },
    );
    configureHttp(app);
    await app.listen(0, '127.0.0.1');
    apps.push(app);
    return `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
  }

  beforeAll(async () => {
    orders = await deadLetterState(LEASE);
    payments = await deadLetterState(LEASE);
    runtimes.push(runtimeOf(orders), runtimeOf(payments));
    shop = await start(runtimes.slice(0, 1), new OpsPeers([], new Map()));
    const far = await start(runtimes.slice(1), new OpsPeers([], new Map()));
    const addresses = new Map([
      ['order', shop],
      ['payment', far],
    ]);
    gateway = await start([], new OpsPeers(['order', 'payment'], addresses));
    silentGateway = await start([], new OpsPeers(['order', 'payment', 'audit'], new Map([['order', shop]])));
    for (const runtime of runtimes) deadLettersOf(runtime).start();
  });
  beforeEach(async () => {
    for (const state of [orders, payments]) {
      await state.empty();
      await state.progress();
    }
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    for (const runtime of runtimes) await deadLettersOf(runtime).stop();
    await orders?.close();
    await payments?.close();
  });

  async function call(base: string, method: string, path: string, body?: unknown, token = TOKEN) {
    const answer = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'x-operator': 'ada',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer };
  }
  const get = (path: string, base = gateway) => call(base, 'GET', path);
  const post = (path: string, body?: unknown, base = gateway) => call(base, 'POST', path, body);

  const trail = async (state: DeadLetterState) => {
    const shards = Array.from({ length: RELAY_SHARDS }, (_, shard) => shard);
    const rows = await oldestRows(state.database, shards, 1_000);
    return Promise.all(
      rows.map(async ({ record }) => {
        const place = { partition: 0, offset: 0n, timestamp: 0 };
        return (await state.codec.decode({ ...record, ...place })).event;
      }),
    );
  };

  it('lists the letters of every process, the newest first, page by page', async () => {
    const added: string[] = [];
    for (let n = 0; n < 9; n++) added.push(await (n % 3 === 0 ? payments : orders).addLetter());
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '?limit=2' : `?limit=2&cursor=${cursor}`;
      const { status, body } = await get(PATH + query);
      expect(status).toBe(200);
      expect(body).toMatchObject({ unreachable: [] });
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(added.toReversed());
  });

  it('names the services that did not answer', async () => {
    const id = await orders.addLetter();
    await payments.addLetter();
    for (const path of [PATH, `${PATH}/groups`, `${PATH}/bulk`]) {
      expect((await get(path, silentGateway)).body).toMatchObject({ unreachable: ['audit', 'payment'] });
    }
    expect((await get(PATH, silentGateway)).body.items).toMatchObject([{ id }]);
    expect(await get(`${PATH}/${NOBODY}`, silentGateway)).toMatchObject({
      status: 503,
      body: { code: 'PROCESS_UNREACHABLE', detail: expect.stringContaining('audit, payment') },
    });
    expect(await get(`${PATH}/${id}`, silentGateway)).toMatchObject({ status: 200, body: { id } });
  });

  it('filters, groups and shows', async () => {
    const id = await payments.addLetter({
      handler: 'charge',
      cause: { code: 'CARD', message: 'm' },
      parked: [],
    });
    await orders.addLetter({ status: 'skipped' });
    expect((await get(`${PATH}?handler=charge&cause=CARD&status=dead`)).body.items).toMatchObject([{ id }]);
    expect((await get(`${PATH}?key=nobody`)).body.items).toEqual([]);
    expect((await get(`${PATH}/groups`)).body.items).toMatchObject([{ cause: 'CARD', count: 1 }]);
    expect((await get(`${PATH}/${id}`)).body).toMatchObject({
      id,
      value: orderOf('o-1'),
      laneWaits: true,
      followers: { count: 0, offsets: [] },
    });
    expect((await get(`${PATH}/${NOBODY}`)).body).toMatchObject({ code: 'DEAD_LETTER_NOT_FOUND' });
  });

  const cursorOf = (position: string) => `?cursor=${Buffer.from(position).toString('base64url')}`;
  it.each([
    '?status=asleep',
    '?from=yesterday',
    '?from=0000-01-01T00:00:00Z',
    '?to=2026-01-01T00:00:00%2B16:00',
    `?to=2026-01-01T00:00:00.${'0'.repeat(200)}Z`,
    '?cursor=x',
    cursorOf(`2026-02-30T00:00:00.000000Z ${NOBODY}`),
    '?limit=0',
    '?limit=1000000',
    '/not-an-id',
    '?scope=mine',
    '?topik=order-events',
    '/groups?eventtype=order.created',
    '/bulk?job=1',
  ])('refuses %s', async (query) => {
    expect(await get(PATH + query)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
  });

  it('lets an act of the gateway be done by the process that has the letter, and says who did it', async () => {
    const id = await payments.addLetter({ offset: 4n, parked: [] });
    expect(await post(`${PATH}/${id}/skip`, { reason: 'tests' })).toMatchObject({
      status: 200,
      body: { id, status: 'skipped' },
    });
    expect(await trail(orders)).toEqual([]);
    expect(await trail(payments)).toMatchObject([
      {
        eventType: 'audit.recorded',
        data: {
          actorId: 'ada',
          action: 'dead-letter.skip',
          resource: `dead-letter/${id}`,
          topic: 'order-events',
          partition: 0,
          offset: 4,
          details: { handler: 'take', reason: 'tests' },
        },
      },
    ]);
    expect(await post(`${PATH}/${id}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'DEAD_LETTER_DECIDED' },
    });
    expect(await post(`${PATH}/${NOBODY}/retry`)).toMatchObject({ status: 404 });
    expect(await trail(payments)).toHaveLength(1);
  });

  it('edits with the faulty path, and tells beforehand what an edit would change', async () => {
    const id = await payments.addLetter({ parked: [] });
    const wrong = await post(`${PATH}/${id}/edit`, { patch: { totals: { tax: 'much' } } });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'EDIT_REFUSED' } });
    expect(wrong.body['faults']).toMatchObject([{ path: 'data.totals.tax' }]);
    const patch = { userId: 'user-456' };
    expect(await post(`${PATH}/${id}/edit`, { patch, dryRun: true })).toMatchObject({
      status: 200,
      body: { changes: [{ path: 'data.userId', before: 'user-123', after: 'user-456' }] },
    });
    expect(await payments.status(id)).toBe('dead');
    expect(await post(`${PATH}/${id}/edit`, { patch })).toMatchObject({ body: { status: 'retrying' } });
  });

  it.each([
    ['discard', {}],
    ['discard', { reason: '' }],
    ['edit', {}],
    ['edit', { data: {}, patch: {} }],
    ['edit', { valueBase64: '***' }],
    ['retry', { rate: 1 }],
    ['forget', {}],
  ])('refuses %s with %j', async (act, body) => {
    const id = await orders.addLetter();
    expect(await post(`${PATH}/${id}/${act}`, body)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT' },
    });
    expect(await orders.status(id)).toBe('dead');
  });

  it('asks for the operator token and a name that can stand in the trail', async () => {
    const id = await orders.addLetter();
    expect((await call(gateway, 'POST', `${PATH}/${id}/skip`, {}, 'wrong')).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-operator': 'x'.repeat(101) };
    expect((await fetch(gateway + PATH, { headers })).status).toBe(400);
    expect(await orders.status(id)).toBe('dead');
  });

  it('does an act to many letters in all processes, at one rate together, and tells how far it is', async () => {
    for (let n = 0; n < 9; n++) await (n % 3 === 0 ? payments : orders).addLetter({ key: `k-${n}` });
    const dry = await post(`${PATH}/bulk`, { filter: {}, act: 'retry', rate: 30, dryRun: true });
    expect(dry).toMatchObject({ status: 200, body: { total: 9, act: 'retry', unreachable: [] } });
    expect((await get(`${PATH}/bulk`)).body.items).toEqual([]);
    const begun = await post(`${PATH}/bulk`, { filter: {}, act: 'skip', rate: 30, reason: 'tests' });
    expect(begun).toMatchObject({ status: 202, body: { total: 9, rate: 30, by: 'ada', state: 'running' } });
    const job = `${PATH}/bulk/${String(begun.body['id'])}`;
    await eventually(async () => (await get(job)).body['state'] === 'finished');
    expect((await get(job)).body).toMatchObject({ total: 9, done: 9, failed: 0, unreachable: [] });
    expect((await get(`${PATH}?status=skipped`)).body.items).toHaveLength(9);
    const acts = [...(await trail(orders)), ...(await trail(payments))];
    const ofJob = acts.filter(({ data }) => (data as { action: string }).action === 'dead-letter-bulk.start');
    expect(acts).toHaveLength(9 + 2);
    expect(ofJob.map(({ data }) => data)).toMatchObject([
      {
        actorId: 'ada',
        resource: `dead-letter-bulk/${String(begun.body['id'])}`,
        details: { act: 'skip', filter: '{}', rate: 20, total: 6 },
      },
      { actorId: 'ada', details: { act: 'skip', filter: '{}', rate: 10, total: 3 } },
    ]);
    expect((await get(`${PATH}/bulk/${NOBODY}`)).body).toMatchObject({ code: 'BULK_ACT_NOT_FOUND' });
  });

  it('does it to the selected ones, and stops when it is told to', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 20; n++)
      ids.push(await (n % 2 === 0 ? payments : orders).addLetter({ key: `k-${n}` }));
    const begun = await post(`${PATH}/bulk`, { ids: ids.slice(0, 18), act: 'retry', rate: 4 });
    const job = `${PATH}/bulk/${String(begun.body['id'])}`;
    const cancelled = await call(gateway, 'DELETE', job);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', total: 18 } });
    const done = Number((await get(job)).body['done']);
    expect(done).toBeLessThan(18);
    expect((await get(`${PATH}?status=dead&limit=50`)).body.items).toHaveLength(20 - done);
    expect((await call(gateway, 'DELETE', job)).body).toMatchObject({ state: 'cancelled' });
    expect((await call(gateway, 'DELETE', `${PATH}/bulk/${NOBODY}`)).status).toBe(404);
    for (const state of [orders, payments]) {
      const acts = (await trail(state)).map(({ data }) => data as { action: string });
      expect(acts.filter(({ action }) => action === 'dead-letter-bulk.cancel')).toMatchObject([
        { actorId: 'ada', details: { act: 'retry', rate: 2, total: 9 } },
      ]);
    }
  });

  it.each([
    [{ act: 'retry' }, 'filter'],
    [{ act: 'retry', filter: {}, ids: [NOBODY] }, 'filter'],
    [{ act: 'retry', filter: { topik: 'x' } }, 'filter'],
    [{ act: 'discard', filter: {} }, 'reason'],
    [{ act: 'edit', filter: {} }, 'patch'],
    [{ act: 'retry', filter: {}, rate: 0 }, 'rate'],
    [{ act: 'retry', filter: {}, rate: -1 }, 'rate'],
    [{ act: 'retry', filter: {}, reason: 'why' }, 'reason'],
    [{ act: 'skip', filter: { to: '2026-01-01T00:00:00+16:00' } }, 'filter.to'],
  ])('refuses the bulk act %j', async (body, path) => {
    const id = await orders.addLetter();
    const refused = await post(`${PATH}/bulk`, body);
    expect(refused).toMatchObject({ status: 400, body: { faults: [{ path }] } });
    expect(await orders.status(id)).toBe('dead');
  });

  describe('by the command', () => {
    let program: string;
    beforeAll(async () => {
      program = await bundleForChild(fileURLToPath(new URL('../../../cli/dead-letters.ts', import.meta.url)));
    });

    const run = (args: readonly string[], url = gateway) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const env = { PATH: process.env['PATH'], OPS_URL: url, OPERATOR_TOKEN: TOKEN };
        execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
        );
      });

    it('looks, decides, follows', async () => {
      const id = await payments.addLetter({ parked: [], cause: { code: 'CARD', message: 'no money' } });
      const other = await orders.addLetter({ key: 'o-2' });
      const listed = await run(['list', '--cause', 'CARD']);
      expect(listed).toMatchObject({ code: 0, err: '' });
      expect(listed.out).toContain(id);
      expect(listed.out).not.toContain(other);
      expect(JSON.parse((await run(['list', '--json'])).out)).toMatchObject({
        items: [{ id: other }, { id }],
      });
      expect((await run(['groups'])).out).toMatch(/1 {2}CARD +take +order-events/);
      expect((await run(['show', id])).out).toContain('no money');
      const edit = ['edit', id, '--patch', '{"userId":"user-456"}'];
      expect((await run([...edit, '--dry-run'])).out).toBe('data.userId: "user-123" -> "user-456"\n');
      expect(await run(edit)).toMatchObject({ code: 0, out: `${id} is retrying\n` });
      expect(await run(['retry', id])).toMatchObject({
        code: 1,
        err: expect.stringContaining('DEAD_LETTER_DECIDED'),
      });
      expect((await run(['retry', '--all', '--dry-run'])).out).toContain(
        `done to 1, first of all to\n  ${other}`,
      );
      const all = await run(['discard', '--all', '--reason', 'tests', '--rate', '50']);
      expect(all).toMatchObject({
        code: 0,
        out: expect.stringContaining('discard finished: 1 of 1 done, 0 refused'),
      });
      expect(await orders.status(other)).toBe('discarded');
      expect((await run(['bulk'])).out).toMatch(/discard {2}finished/);
    });

    it('says of which ids nothing is done, and which services are not in the answer', async () => {
      const [dead, skipped] = [await orders.addLetter(), await orders.addLetter({ status: 'skipped' })];
      const left = '2 of the ids are not those of dead letters that are here.\n';
      const ids = [dead, skipped, NOBODY];
      expect(await run(['retry', ...ids, '--dry-run'])).toMatchObject({ code: 1, err: left });
      const done = await run(['skip', ...ids, '--rate', '50']);
      expect(done).toMatchObject({ code: 1, err: expect.stringContaining(left) });
      expect(done.out).toContain('skip finished: 1 of 1 done, 0 refused');
      for (const look of [['list'], ['groups'], ['bulk'], ['retry', '--all', '--dry-run']]) {
        const { code, err } = await run(look, silentGateway);
        expect([look, code]).toEqual([look, 1]);
        expect(err).toContain('they did not answer: audit, payment');
      }
    });

    it('stops the act at an interruption', async () => {
      for (let n = 0; n < 30; n++) await orders.addLetter({ key: `k-${n}` });
      const env = { PATH: process.env['PATH'], OPS_URL: gateway, OPERATOR_TOKEN: TOKEN };
      const ended = Promise.withResolvers<{ code: unknown; out: string }>();
      const child = execFile(
        process.execPath,
        [program, 'skip', '--all', '--rate', '5'],
        { env },
        (error, out) => ended.resolve({ code: error?.code, out }),
      );
      const dead = async () => (await orders.letters.list({ status: 'dead' }, 50)).items.length;
      await eventually(async () => (await dead()) < 30);
      child.kill('SIGINT');
      const { code, out } = await ended.promise;
      expect(code).toBe(130);
      expect(out).toMatch(/skip cancelled: \d+ of 30 done/);
      expect(30 - (await dead())).toBe(Number(/(\d+) of 30/.exec(out)?.[1]));
    });

    it('stops the act at an interruption that comes while it is being begun', async () => {
      for (let n = 0; n < 10; n++) await orders.addLetter({ key: `k-${n}` });
      const env = { PATH: process.env['PATH'], OPS_URL: gateway, OPERATOR_TOKEN: TOKEN };
      const ended = Promise.withResolvers<{ code: unknown; out: string }>();
      await orders.database.transaction(async (session) => {
        await session.run(sql`lock table dead_letter_jobs in access exclusive mode`);
        const child = execFile(
          process.execPath,
          [program, 'skip', '--all', '--rate', '1'],
          { env },
          (error, out) => ended.resolve({ code: error?.code, out }),
        );
        // The runner waits for the table by itself; the other one is the act.
        await eventually(async () => {
          const waiting = await session.rows(sql`
            select 1 from pg_locks where not granted and relation = 'dead_letter_jobs'::regclass`);
          return waiting.length === 2;
        });
        child.kill('SIGINT');
      });
      const { code, out } = await ended.promise;
      expect(code).toBe(130);
      expect(out).toMatch(/skip cancelled: [01] of 10 done/);
    });

    it.each([
      [[], 2],
      [['dance'], 2],
      [['retry'], 2],
      [['retry', '--all', '--topic', 'x'], 2],
      [['discard', '--all'], 2],
      [['list', '--colour'], 2],
      [['edit', NOBODY], 2],
      [['edit', NOBODY, '--data', '/nowhere/data.json'], 2],
      [['retry', NOBODY, '--patch', '{}'], 2],
      [['retry', '--all', '--reason', 'why'], 2],
      [['bulk', NOBODY, NOBODY], 2],
      [['--help'], 0],
    ])('%j ends with %i', async (args, code) => {
      const ended = await run(args);
      expect(ended.code).toBe(code);
      expect(ended.out + ended.err).toContain('usage: npm run dead-letters');
    });

    it('says when nothing answers', async () => {
      const { code, err } = await run(['list'], 'http://127.0.0.1:9');
      expect(code).toBe(1);
      expect(err).toContain('NOTHING_ANSWERS: Nothing answers at http://127.0.0.1:9');
    });
  });
});
