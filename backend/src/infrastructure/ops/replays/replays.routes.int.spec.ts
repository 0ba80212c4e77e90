import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { sql } from '@/infrastructure/postgres/sql';
import { SecurityModule } from '@/infrastructure/security/security.module';
import { bundleForChild } from '@/testing/bundle-for-child';
import { eventually } from '@/testing/eventually';
import { type ReplayService, replayService, TOTALS } from '@/testing/replay-service';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';
import { OpsPeers } from '../ops-peers';
import { ReplayDesk } from './replay-desk.service';
import { ReplaysController } from './replays.controller';

const PATH = '/ops/api/replays';
const TOKEN = 'let-me-in';
const EVENTS = 40;

type Answer = Record<string, unknown> & {
  readonly id: string;
  readonly state: string;
  readonly items: Record<string, unknown>[];
  readonly nextCursor: string | null;
};

describe('/ops/api/replays', () => {
  let database: TestDatabase;
  let service: ReplayService;
  let gateway = '';
  let shop = '';
  const apps: NestFastifyApplication[] = [];

  async function start(own: readonly ReplayService[], peers: OpsPeers): Promise<string> {
    const runtimes = new KafkaRuntimes();
    for (const { runtime } of own) runtimes.add(runtime);
    @Module({
      imports: [SecurityModule.forRoot({ AUTH_JWT_SECRET: 'x'.repeat(32), OPERATOR_TOKEN: TOKEN })],
      controllers: [ReplaysController],
      providers: [
        ReplayDesk,
        { provide: OpsPeers, useValue: peers },
        { provide: KafkaRuntimes, useValue: runtimes },
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

  async function call(method: string, path: string, body?: unknown, base = gateway) {
    const answer = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'x-operator': 'ada',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer };
  }
  const body = (changes: Record<string, unknown> = {}) => ({
    topic: service.topic,
    handlers: [TOTALS],
    mode: 'fill',
    ...changes,
  });
  const ended = (id: string) =>
    eventually(async () => {
      const answer = await call('GET', `${PATH}/${id}`);
      return answer.body.state === 'running' ? undefined : answer.body;
    });
  const trail = async () => {
    const acts = await service.audited();
    return acts.map(({ actorId, action, resource }) => ({ actorId, action, resource }));
  };

  beforeAll(async () => {
    database = await testDatabase();
    service = await replayService({
      name: unique('routes').replaceAll('-', '_'),
      url: database.url,
      kafka: { engine: 'embedded' },
    });
    shop = await start([service], new OpsPeers([], new Map()));
    gateway = await start([], new OpsPeers(['order'], new Map([['order', shop]])));
    await service.publish(Array.from({ length: EVENTS }, (_, nth) => ({ account: `a${nth % 4}`, nth })));
    await eventually(async () => (await service.handled()) === EVENTS);
    await eventually(async () => {
      const row = await service.database.row<{ reached: number }>(sql`
        select sum(to_offset)::int as reached from segments where handler = ${TOTALS}`);
      return row?.reached === EVENTS;
    });
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await service?.close();
    await database?.drop();
  });

  it('starts a replay in the process that has the handlers, and shows it until its end', async () => {
    const begun = await call('POST', PATH, body({ from: { offset: 0 }, to: { offset: 1_000 } }));
    expect(begun).toMatchObject({
      status: 202,
      body: { mode: 'fill', topics: [service.topic], handlers: [TOTALS], startedBy: 'ada', rate: null },
    });
    const replay = await ended(begun.body.id);
    expect(replay).toMatchObject({
      state: 'completed',
      counts: { run: 0, leftOut: { handled: EVENTS } },
      troubles: [],
    });
    expect((await call('GET', PATH)).body).toMatchObject({
      items: [{ id: begun.body.id }],
      nextCursor: null,
      unreachable: [],
    });
    expect(await trail()).toContainEqual({
      actorId: 'ada',
      action: 'replay.start',
      resource: `replay/${begun.body.id}`,
    });
  });

  it('lists page by page, the newest first', async () => {
    for (let nth = 0; nth < 3; nth++) await ended((await call('POST', PATH, body({ mode: 'dry' }))).body.id);
    const all = (await call('GET', PATH)).body.items.map(({ id }) => id);
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '?limit=2' : `?limit=2&cursor=${cursor}`;
      const page = (await call('GET', PATH + query)).body;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(all);
    expect(all).toEqual(all.toSorted().toReversed());
  });

  it('cancels, and resumes only what is not finished', async () => {
    const { id } = (await call('POST', PATH, body({ mode: 'dry', rate: 5 }))).body;
    expect((await call('DELETE', `${PATH}/${id}`)).status).toBe(200);
    expect(await ended(id)).toMatchObject({ state: 'cancelled' });
    expect(await call('POST', `${PATH}/${id}/resume`)).toMatchObject({
      status: 409,
      body: { code: 'REPLAY_STATE' },
    });
    expect(await trail()).toContainEqual({
      actorId: 'ada',
      action: 'replay.cancel',
      resource: `replay/${id}`,
    });
  });

  it('refuses, and says why', async () => {
    const refusals: [unknown, number, string][] = [
      [{}, 400, 'INVALID_INPUT'],
      [body({ mode: 'wet' }), 400, 'INVALID_INPUT'],
      [body({ from: { offset: -1 } }), 400, 'INVALID_INPUT'],
      [body({ from: { time: '0000-01-01T00:00:00Z' } }), 400, 'INVALID_INPUT'],
      [body({ from: { offset: 5 }, to: { offset: 3 } }), 409, 'REPLAY_RANGE_REFUSED'],
      [body({ handlers: ['nobody'] }), 404, 'UNKNOWN_REPLAY_HANDLER'],
      [body({ group: 'another' }), 404, 'UNKNOWN_REPLAY_HANDLER'],
    ];
    for (const [wanted, status, code] of refusals) {
      expect(await call('POST', PATH, wanted)).toMatchObject({ status, body: { code } });
    }
    expect(await call('GET', `${PATH}/${randomUUID()}`)).toMatchObject({
      status: 404,
      body: { code: 'UNKNOWN_REPLAY' },
    });
    expect(await call('GET', `${PATH}?topic=orders`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT' },
    });
    expect((await fetch(gateway + PATH)).status).toBe(401);
  });

  it('offers what an outside reset was meant for', async () => {
    for (const [committed, watermark] of [
      [3, 9],
      [12, 9],
    ]) {
      await service.database.run(sql`
        insert into outside_resets (id, group_id, topic, partition, committed, watermark)
        values (${randomUUID()}, ${service.runtime.settings.group}, ${service.topic}, 0, ${committed}, ${watermark})`);
    }
    const { items } = (await call('GET', `${PATH}/offered`)).body;
    expect(items.map(({ command }) => command)).toEqual([
      null,
      `npm run replay -- start --mode fill --topic ${service.topic} --partition 0 --from-offset 3 --to-offset 9 --handler ${TOTALS}`,
    ]);
  });

  describe('npm run replay', () => {
    let program: string;
    beforeAll(async () => {
      program = await bundleForChild(fileURLToPath(new URL('../../../cli/replay.ts', import.meta.url)));
    });
    const environment = () => ({ PATH: process.env['PATH'], OPS_URL: gateway, OPERATOR_TOKEN: TOKEN });
    const run = (...args: string[]) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        execFile(process.execPath, [program, ...args], { env: environment() }, (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
        );
      });
    const begin = (...args: string[]) => ['start', '--topic', service.topic, '--handler', TOTALS, ...args];

    it('starts, follows and shows', async () => {
      const { code, out } = await run(...begin('--mode', 'dry', '--partition', '0', '--from-offset', '1'));
      expect(code).toBe(0);
      expect(out).toMatch(/^dry completed: \d+ of \d+ \(100 %\)/);
      expect(out).toMatch(/steps: \d+ rows inserted, 0 updated, 0 deleted/);
      const id = /\(([0-9a-f-]{36})\)/.exec(out)?.[1] ?? '';
      expect((await run('show', id)).out).toMatch(/would have called: \d+ mail\.tell/);
      expect((await run('list', '--limit', '1')).out).toContain(id);
      expect(JSON.parse((await run('show', id, '--json')).out)).toMatchObject({ id, state: 'completed' });
      expect((await run('offered')).out).toContain('npm run replay -- start --mode fill');
    });

    it('tells by its status that some events failed, and what was not understood', async () => {
      service.failing.add('a1');
      const { code, out } = await run(...begin('--mode', 'dry'));
      service.failing.clear();
      expect(code).toBe(1);
      expect(out).toMatch(/failed {2}.*HANDLER_FAILED: no a1/);
      expect(out).toMatch(/npm run replay -- resume/);
      expect((await run('start')).code).toBe(2);
      expect((await run('show')).code).toBe(2);
      expect(await run('show', randomUUID())).toMatchObject({
        code: 1,
        err: expect.stringContaining('UNKNOWN_REPLAY'),
      });
      expect((await run('--help')).out).toContain('usage: npm run replay');
    });

    it('cancels on Ctrl-C', async () => {
      const done = Promise.withResolvers<{ code: unknown; out: string }>();
      const child = execFile(
        process.execPath,
        [program, ...begin('--mode', 'dry', '--rate', '5')],
        { env: environment() },
        (error, out) => done.resolve({ code: error?.code, out }),
      );
      await eventually(async () => (await call('GET', PATH)).body.items[0]?.['state'] === 'running');
      child.kill('SIGINT');
      const { code, out } = await done.promise;
      expect(code).toBe(130);
      expect(out).toMatch(/^dry cancelled/);
    });
  });
});
