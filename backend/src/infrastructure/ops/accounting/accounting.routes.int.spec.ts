import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { SecurityModule } from '@/infrastructure/security/security.module';
import { type AccountFixture, accountFixture, GROUP, TOPIC } from '@/testing/account-fixture';
import { bundleForChild } from '@/testing/bundle-for-child';
import { foreignRecord } from '@/testing/codec-fixture';
import { eventually } from '@/testing/eventually';
import { OpsPeers } from '../ops-peers';
import { AccountingController } from './accounting.controller';
import { AccountingDesk } from './accounting-desk.service';

const PATH = '/ops/api/accounting';
const NOBODY = '00000000-0000-7000-8000-000000000000';
const TOKEN = 'let-me-in';
const { ignored, ownRow } = OutcomeCode;

/** As far as accounts need one. */
function runtimeOf({ database, source }: AccountFixture): KafkaRuntime {
  const { admin, read } = source.log;
  const parts = { stateful: { database }, transport: { admin, read }, consumer: { handlers: () => [] } };
  return parts as unknown as KafkaRuntime;
}

describe('/ops/api/accounting', () => {
  let orders: AccountFixture;
  let payments: AccountFixture;
  const apps: NestFastifyApplication[] = [];
  let gateway = '';
  let silentGateway = '';

  async function start(own: readonly AccountFixture[], peers: OpsPeers): Promise<string> {
    const known = new KafkaRuntimes();
    for (const fixture of own) known.add(runtimeOf(fixture));
    @Module({
      imports: [SecurityModule.forRoot({ AUTH_JWT_SECRET: 'x'.repeat(32), OPERATOR_TOKEN: TOKEN })],
      controllers: [AccountingController],
      providers: [
        AccountingDesk,
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
    orders = await accountFixture();
    payments = await accountFixture();
    const far = await start([payments], new OpsPeers([], new Map()));
    gateway = await start([orders], new OpsPeers(['payment'], new Map([['payment', far]])));
    silentGateway = await start([orders], new OpsPeers(['payment'], new Map()));
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await orders?.close();
    await payments?.close();
  });

  /** `ship` here lacks the outcome of offset 0, `bill` and `charge` elsewhere are in order. */
  beforeEach(async () => {
    for (const fixture of [orders, payments]) {
      await fixture.empty();
      fixture.log.end = 2n;
      for (const offset of [0n, 1n]) {
        fixture.log.records.push({
          ...foreignRecord(TOPIC, 'x', { ce_type: 'order.created' }),
          partition: 0,
          offset,
        });
      }
    }
    await orders.segment(0, [ownRow, ignored]);
    for (const handler of ['bill', 'charge']) await payments.segment(0, [ignored, ignored], { handler });
  });

  type Item = Record<string, unknown>;
  interface Answer extends Item {
    readonly items: Item[];
    readonly nextCursor: string | null;
    readonly id: string;
    readonly endedAt: string | null;
  }

  async function call(method: string, path: string, body?: unknown, base = gateway, token = TOKEN) {
    const answer = await fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer };
  }

  it('tells the accounts of every process in their published shape', async () => {
    const { status, body } = await call('GET', PATH);
    expect(status).toBe(200);
    expect(body).toMatchObject({ nextCursor: null, unreachable: [] });
    expect(body.items.map(({ handler }) => handler)).toEqual(['bill', 'charge', 'ship']);
    expect(body.items[2]).toEqual({
      topic: TOPIC,
      group: GROUP,
      handler: 'ship',
      produced: 2,
      handled: 0,
      ignored: 1,
      retrying: 0,
      dead: 0,
      skipped: 0,
      expired: 0,
      void: 0,
      waiting: 0,
      remainder: 1,
      gaps: [{ partition: 0, from: 0, to: 1 }],
      conflicts: [],
      rangesLeftOut: 0,
    });
  });

  it('goes page by page over the processes', async () => {
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '?limit=1' : `?limit=1&cursor=${cursor}`;
      const { body } = await call('GET', PATH + query);
      seen.push(...body.items.map(({ handler }) => handler));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(['bill', 'charge', 'ship']);
  });

  it('filters, and tells partitions where they are asked for', async () => {
    const { body } = await call('GET', `${PATH}?handler=ship&detail=partitions`);
    expect(body.items).toMatchObject([
      { handler: 'ship', partitions: [{ partition: 0, logStart: 0, logEnd: 2, watermark: 2, remainder: 1 }] },
    ]);
    expect((await call('GET', `${PATH}?topic=none`)).body.items).toEqual([]);
  });

  it('names the services that did not answer', async () => {
    const { body } = await call('GET', PATH, undefined, silentGateway);
    expect(body).toMatchObject({ items: [{ handler: 'ship' }], unreachable: ['payment'] });
  });

  it('refuses strangers, cursors of elsewhere and unknown audits', async () => {
    expect((await call('GET', PATH, undefined, gateway, 'guessed')).status).toBe(401);
    const cursor = Buffer.from('{"x":1}').toString('base64url');
    expect((await call('GET', `${PATH}?cursor=${cursor}`)).body).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await call('GET', `${PATH}?topics=none`)).body).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await call('GET', `${PATH}/audit/${NOBODY}`)).body).toMatchObject({ code: 'AUDIT_NOT_FOUND' });
  });

  it('audits in every process, with progress', async () => {
    const { status, body } = await call('POST', `${PATH}/audit`);
    expect(status).toBe(202);
    const ended = await eventually(async () => {
      const now = (await call('GET', `${PATH}/audit/${body.id}`)).body;
      return now.endedAt !== null && now;
    });
    expect(ended).toMatchObject({
      state: 'finished',
      done: 4,
      total: 4,
      records: 4,
      findings: [{ fault: 'no-outcome', handler: 'ship', from: 0, to: 1, eventType: 'order.created' }],
      unreachable: [],
    });
  });

  it('runs one audit at a time, and stops it when asked to', async () => {
    const door = Promise.withResolvers<void>();
    orders.log.beforeRead = () => door.promise;
    const { body } = await call('POST', `${PATH}/audit?scope=local`);
    expect(await call('POST', `${PATH}/audit?scope=local`)).toMatchObject({
      status: 409,
      body: { code: 'AUDIT_RUNNING' },
    });
    await call('DELETE', `${PATH}/audit/${body.id}?scope=local`);
    door.resolve();
    const ended = await eventually(async () => {
      const now = (await call('GET', `${PATH}/audit/${body.id}?scope=local`)).body;
      return now.endedAt !== null && now;
    });
    expect(ended).toMatchObject({ state: 'stopped' });
  });

  describe('npm run accounting', () => {
    let program: string;
    beforeAll(async () => {
      program = await bundleForChild(fileURLToPath(new URL('../../../cli/accounting.ts', import.meta.url)));
    });

    function begin(args: readonly string[], url = gateway) {
      const env = { PATH: process.env['PATH'], OPS_URL: url, OPERATOR_TOKEN: TOKEN };
      const ended = Promise.withResolvers<{ code: number; out: string; err: string }>();
      const child = execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
        ended.resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
      return { child, ended: ended.promise };
    }
    const run = (args: readonly string[], url?: string) => begin(args, url).ended;

    it('ends with 1 and names the offsets while something is wrong, with 0 when it is right', async () => {
      const wrong = await run([]);
      expect(wrong).toMatchObject({ code: 1, err: '' });
      expect(wrong.out).toContain(`no outcome: ${GROUP} ship ${TOPIC} partition 0 offset 0`);
      await orders.inbox(0, { identity: 'kafka:order-events 0-0' });
      const right = await run(['--audit']);
      expect(right).toMatchObject({ code: 0, err: '' });
      expect(right.out).toContain('audit finished: 4 records, 4 of 4 offsets, 0 findings');
    });

    it('prints JSON', async () => {
      const { code, out } = await run(['--json', '--audit', '--topic', TOPIC]);
      expect(code).toBe(1);
      expect(JSON.parse(out)).toMatchObject({
        accounts: [{ handler: 'bill' }, { handler: 'charge' }, { handler: 'ship', remainder: 1 }],
        audit: { state: 'finished', findings: [{ handler: 'ship', fault: 'no-outcome' }] },
        unreachable: [],
      });
    });

    it('audits the handlers that are asked for, and no other', async () => {
      const asked = await run(['--audit', '--handler', 'bill']);
      expect(asked).toMatchObject({ code: 0, err: '' });
      expect(asked.out).toContain(' 0 findings');
      const wrong = await run(['--audit', '--handler', 'ship']);
      expect(wrong).toMatchObject({ code: 1, err: '' });
      expect(wrong.out).toContain(`no-outcome: ${GROUP} ship ${TOPIC}`);
    });

    it('ends with 1 for names that no handler has', async () => {
      const { code, err } = await run(['--topic', 'order-evnets', '--handler', 'bill']);
      expect({ code, err }).toEqual({ code: 1, err: 'no handler is of that topic and handler\n' });
    });

    it('ends with 1 where not all is shown', async () => {
      await orders.inbox(0);
      const { code, err } = await run([], silentGateway);
      expect({ code, err }).toEqual({
        code: 1,
        err: 'not all is shown, these services do not answer: payment\n',
      });
    });

    it('stops the audit by Ctrl-C', async () => {
      await orders.inbox(0, { identity: 'kafka:order-events 0-0' });
      const door = Promise.withResolvers<void>();
      const reading = Promise.withResolvers<void>();
      orders.log.beforeRead = () => {
        reading.resolve();
        return door.promise;
      };
      const { child, ended } = begin(['--audit']);
      await reading.promise;
      const stopped = Promise.withResolvers<void>();
      const { stopAudit } = AccountingDesk.prototype;
      vi.spyOn(AccountingDesk.prototype, 'stopAudit').mockImplementationOnce(function (
        this: AccountingDesk,
        ...asked
      ) {
        stopped.resolve();
        return stopAudit.apply(this, asked);
      });
      child.kill('SIGINT');
      await stopped.promise;
      door.resolve();
      const { code, out } = await ended;
      expect(code).toBe(1);
      expect(out).toContain('audit stopped');
    });

    it('explains itself', async () => {
      expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--audit') });
      expect(await run(['--sideways'])).toMatchObject({ code: 2 });
    });
  });
});
