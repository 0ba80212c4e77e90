import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import { KafkaConnections } from '@/infrastructure/kafka/kafka-connections';
import { Metrics } from '@/infrastructure/observability/metrics';
import { sql } from '@/infrastructure/postgres/sql';
import { SecurityModule } from '@/infrastructure/security/security.module';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import { bundleForChild } from '@/testing/bundle-for-child';
import { SagaService } from '@/testing/saga-service';
import { OpsPeers } from '../ops-peers';
import { LocalSagas } from './local-sagas.service';
import { OperatedSagas } from './operated-sagas.service';
import { OrdersWithoutSaga } from './orders-without-saga';
import { SagaDesk } from './saga-desk.service';
import { SagaGauge } from './saga-gauge.service';
import { SagasController } from './sagas.controller';

type Answer = Record<string, unknown> & {
  items: Record<string, unknown>[];
  nextCursor: string | null;
  done: { kind: string; step: string | null }[];
};

const PATH = '/ops/api/sagas';
const TOKEN = 'let-me-in';

/** One order that no saga drives; what else is asked of it is not known. */
class Followed extends OrdersWithoutSaga {
  async find(orderId: string): Promise<SagaView | undefined> {
    if (orderId !== 'followed') return undefined;
    return { id: orderId, orderId, type: 'choreography', status: 'running' } as SagaView;
  }
}

describe('/ops/api/sagas', () => {
  let orders: SagaService;
  let parcels: SagaService;
  const apps: NestFastifyApplication[] = [];
  let gateway = '';
  let silentGateway = '';
  const metrics = new Metrics();

  async function start(own: readonly SagaService[], peers: OpsPeers, shown = new Metrics()): Promise<string> {
    const services = own.map(({ operated }) => {
      const providers = [
        { provide: OperatedSagas, useValue: operated },
        { provide: OrdersWithoutSaga, useValue: new Followed() },
      ];
      @Module({ providers })
      class OneServiceModule {}
      return OneServiceModule;
    });
    @Module({
      imports: [
        SecurityModule.forRoot({ AUTH_JWT_SECRET: 'x'.repeat(32), OPERATOR_TOKEN: TOKEN }),
        ...services,
      ],
      controllers: [SagasController],
      providers: [
        LocalSagas,
        SagaDesk,
        SagaGauge,
        { provide: OpsPeers, useValue: peers },
        { provide: KafkaConnections, useValue: { metrics: shown } },
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
    orders = await SagaService.start('order', ['order', 'return']);
    parcels = await SagaService.start('shipping', ['parcel']);
    const shop = await start([orders], new OpsPeers([], new Map()), metrics);
    const far = await start([parcels], new OpsPeers([], new Map()));
    const addresses = new Map([
      ['order', shop],
      ['shipping', far],
    ]);
    gateway = await start([], new OpsPeers(['order', 'shipping'], addresses));
    silentGateway = await start([], new OpsPeers(['order', 'shipping'], new Map([['order', shop]])));
  });
  beforeEach(async () => {
    for (const { state } of [orders, parcels]) {
      await state.database.run(sql`truncate sagas, saga_history`);
      await state.database.run(sql`delete from outbox`);
    }
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await orders?.state.close();
    await parcels?.state.close();
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
  const post = (path: string, body?: unknown) => call(gateway, 'POST', path, body);
  const act = (id: string, kind: string, body?: unknown) =>
    post(`${PATH}/${encodeURIComponent(id)}/${kind}`, body);
  const did = ({ done }: Answer) => done.map(({ kind, step }) => [kind, step]);

  it('lists the sagas of every process, the newest first, page by page', async () => {
    const begun: string[] = [];
    for (let n = 0; n < 7; n++) {
      const [service, type] = n % 3 === 0 ? ([parcels, 'parcel'] as const) : ([orders, 'order'] as const);
      begun.push(`${type}:${await service.begin(type)}`);
    }
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '?limit=2' : `?limit=2&cursor=${cursor}`;
      const { status, body } = await get(PATH + query);
      expect([status, body['unreachable']]).toEqual([200, []]);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual(begun.toReversed());
  });

  it('filters by type, status, order, step and age', async () => {
    const stuck = await orders.stuck();
    const running = await orders.begin('order');
    const parcel = await parcels.begin('parcel');
    const ordersOf = async (query: string) =>
      (await get(`${PATH}?${query}`)).body.items.map(({ orderId }) => orderId);
    expect(await ordersOf('type=order')).toEqual([running, stuck]);
    expect(await ordersOf('status=running')).toEqual([parcel, running]);
    expect(await ordersOf('status=completed,needs_attention')).toEqual([stuck]);
    expect(await ordersOf(`orderId=${parcel}`)).toEqual([parcel]);
    expect(await ordersOf('step=payment&status=needs_attention')).toEqual([stuck]);
    expect(await ordersOf('olderThan=1h')).toEqual([]);
    expect(await ordersOf('olderThan=0s')).toEqual([parcel, running, stuck]);
  });

  it('names the services that did not answer', async () => {
    const orderId = await orders.begin('order');
    await parcels.begin('parcel');
    const { body } = await get(PATH, silentGateway);
    expect(body).toMatchObject({ items: [{ orderId }], unreachable: ['shipping'] });
    expect(await get(`${PATH}/parcel:x`, silentGateway)).toMatchObject({
      status: 503,
      body: { code: 'PROCESS_UNREACHABLE' },
    });
  });

  it('shows where an order is and why, by the id of the saga or of the order', async () => {
    const orderId = await orders.stuck(`order/${randomUUID()} ä`);
    const bySaga = await get(`${PATH}/${encodeURIComponent(`order:${orderId}`)}`);
    expect(bySaga).toMatchObject({
      status: 200,
      body: {
        id: `order:${orderId}`,
        type: 'order',
        version: 1,
        orderId,
        status: 'needs_attention',
        step: null,
        deadline: null,
        completedSteps: ['payment'],
        reason: { code: 'NO_CARRIER' },
        refused: [{ step: 'payment', direction: 'undo', code: 'CHARGE_DISPUTED' }],
        amountAtRisk: { amount: 59.02, currency: 'EUR' },
        waitingFor: { kind: 'person' },
      },
    });
    expect((bySaga.body['history'] as { kind: string; step: string }[]).map(({ kind }) => kind)).toEqual([
      'started',
      'step_requested',
      'step_completed',
      'step_requested',
      'step_failed',
      'compensation_started',
      'undo_requested',
      'undo_refused',
      'needs_attention',
    ]);
    expect((await get(`${PATH}/${encodeURIComponent(orderId)}`)).body).toEqual(bySaga.body);
    expect(await get(`${PATH}/order:nobody`)).toMatchObject({
      status: 404,
      body: { code: 'SAGA_NOT_FOUND' },
    });
  });

  it('shows an order that no saga drives, from wherever it is asked for, and has no act for it', async () => {
    const told = { status: 200, body: { orderId: 'followed', type: 'choreography' } };
    expect(await get(`${PATH}/followed`)).toMatchObject(told);
    expect(await get(`${PATH}/followed`, silentGateway)).toMatchObject(told);
    expect(await act('followed', 'resume')).toMatchObject({ status: 404, body: { code: 'SAGA_NOT_FOUND' } });
    expect((await get(`${PATH}?about=followed`)).body.items).toEqual([]);
  });

  it('takes the one that is not over where an order has several, and asks which one is meant otherwise', async () => {
    const orderId = await orders.begin('order');
    await orders.reply('order', orderId, 'payment.failed', { code: 'DECLINED', message: 'No money.' });
    await orders.begin('return', orderId);
    expect((await get(`${PATH}/${orderId}`)).body).toMatchObject({ id: `return:${orderId}` });
    await orders.reply('return', orderId, 'payment.failed', { code: 'DECLINED', message: 'No money.' });
    const refused = { status: 409, body: { code: 'SAGA_AMBIGUOUS' } };
    expect(await get(`${PATH}/${orderId}`)).toMatchObject(refused);
    expect(await act(orderId, 'retry-step')).toMatchObject(refused);
    expect(await get(`${PATH}/return:${orderId}`)).toMatchObject({ status: 200, body: { type: 'return' } });
  });

  it.each(['?status=asleep', '?olderThan=yesterday', '?cursor=x', '?limit=0', '?scope=mine'])(
    'refuses %s',
    async (query) => {
      expect(await get(PATH + query)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
    },
  );

  it('resumes once, says so, and writes down who did it', async () => {
    const orderId = await orders.stuck();
    const asked = await orders.asked(orderId);
    const resumed = await act(`order:${orderId}`, 'resume');
    expect(resumed).toMatchObject({ status: 200, body: { act: 'resume', status: 'compensating' } });
    expect(did(resumed.body)).toEqual([
      ['resumed', null],
      ['undo_requested', 'payment'],
    ]);
    expect(await orders.asked(orderId)).toEqual([...asked, 'undo payment']);
    const again = await act(`order:${orderId}`, 'resume');
    expect(again).toMatchObject({ status: 200, body: { done: [], status: 'compensating' } });
    expect(await orders.asked(orderId)).toHaveLength(asked.length + 1);
    await orders.reply('order', orderId, 'payment.refunded');
    expect(await act(orderId, 'resume')).toMatchObject({ status: 409, body: { code: 'SAGA_ACT_REFUSED' } });
    expect(await parcels.trail()).toEqual([]);
    expect(await orders.trail()).toMatchObject([
      {
        actorId: 'ada',
        action: 'saga.resume',
        resource: `saga/order:${orderId}`,
        details: { type: 'order', orderId, status: 'compensating', done: 'resumed, undo_requested payment' },
      },
    ]);
  });

  it('asks for a step again, and again each time it is told to', async () => {
    const orderId = await parcels.begin('parcel');
    for (const attempt of [2, 3]) {
      const retried = await act(`parcel:${orderId}`, 'retry-step');
      expect(retried).toMatchObject({ status: 200, body: { waitingFor: { step: 'payment', attempt } } });
      expect(did(retried.body)).toEqual([
        ['retry_requested', 'payment'],
        ['step_requested', 'payment'],
      ]);
    }
    expect(await parcels.asked(orderId)).toEqual(['do payment', 'do payment', 'do payment']);
    expect((await parcels.trail()).map(({ action }) => action)).toEqual([
      'saga.retry-step',
      'saga.retry-step',
    ]);
    const stuck = await orders.stuck();
    expect(await act(stuck, 'retry-step')).toMatchObject({
      status: 409,
      body: { code: 'SAGA_ACT_REFUSED', detail: expect.stringContaining('needs_attention') },
    });
    expect(await orders.trail()).toEqual([]);
  });

  it('compensates a running one with the reason that is given', async () => {
    const orderId = await orders.begin('order');
    await orders.reply('order', orderId, 'payment.completed');
    const reason = 'The customer called.';
    expect(await act(orderId, 'compensate', { reason })).toMatchObject({
      status: 200,
      body: { status: 'compensating', reason: { code: 'COMPENSATED_BY_OPERATOR', message: reason } },
    });
    expect(await act(orderId, 'compensate', { reason })).toMatchObject({ status: 200, body: { done: [] } });
    await orders.reply('order', orderId, 'shipment.cancelled');
    await orders.reply('order', orderId, 'payment.refunded');
    expect((await get(`${PATH}/${orderId}`)).body).toMatchObject({ status: 'compensated' });
    expect(await act(orderId, 'compensate', { reason })).toMatchObject({ status: 200, body: { done: [] } });
    expect(await orders.trail()).toMatchObject([{ action: 'saga.compensate', details: { reason } }]);
    const done = await orders.begin('order');
    await orders.reply('order', done, 'payment.completed');
    await orders.reply('order', done, 'shipment.created');
    expect(await act(done, 'compensate', { reason })).toMatchObject({
      status: 409,
      body: { code: 'SAGA_ACT_REFUSED' },
    });
    expect(await orders.trail()).toHaveLength(1);
  });

  it('marks as resolved what a person has settled, and nothing that still goes on', async () => {
    const reason = 'Refunded by bank transfer 17.';
    const orderId = await orders.stuck();
    expect(await act(orderId, 'resolve', { reason })).toMatchObject({
      status: 200,
      body: { status: 'compensated', amountAtRisk: null },
    });
    expect(await act(orderId, 'resolve', { reason })).toMatchObject({ status: 200, body: { done: [] } });
    expect(await orders.trail()).toMatchObject([{ action: 'saga.resolve', details: { reason } }]);
    const running = await orders.begin('order');
    expect(await act(running, 'resolve', { reason })).toMatchObject({ status: 409 });
  });

  it('lets of two operators at once only one act', async () => {
    const orderId = await orders.stuck();
    const asked = await orders.asked(orderId);
    const answers = await Promise.all(Array.from({ length: 6 }, () => act(orderId, 'resume')));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(answers.filter(({ body }) => body.done.length > 0)).toHaveLength(1);
    expect(await orders.asked(orderId)).toHaveLength(asked.length + 1);
    expect(await orders.trail()).toHaveLength(1);
  });

  it.each([
    ['compensate', {}],
    ['resolve', { reason: '' }],
    ['resume', { reason: 'because' }],
    ['forget', {}],
  ])('refuses %s with %j', async (kind, body) => {
    const orderId = await orders.stuck();
    expect(await act(orderId, kind, body)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
    expect((await get(`${PATH}/${orderId}`)).body).toMatchObject({ status: 'needs_attention' });
  });

  it('asks for the operator token', async () => {
    const orderId = await orders.stuck();
    const path = `${PATH}/${orderId}/resume`;
    expect((await call(gateway, 'POST', path, {}, 'wrong')).status).toBe(401);
    expect((await call(gateway, 'GET', PATH, undefined, 'wrong')).status).toBe(401);
    expect(await orders.trail()).toEqual([]);
  });

  it('shows how many there are of each type and status', async () => {
    await orders.stuck();
    await orders.begin('order');
    await orders.begin('order');
    const text = await metrics.registry.getSingleMetricAsString('shop_sagas');
    expect(text).toContain('shop_sagas{type="order",status="running"} 2');
    expect(text).toContain('shop_sagas{type="order",status="needs_attention"} 1');
    expect(text).toContain('shop_sagas{type="order",status="completed"} 0');
  });

  describe('by the command', () => {
    let program: string;
    beforeAll(async () => {
      program = await bundleForChild(fileURLToPath(new URL('../../../cli/sagas.ts', import.meta.url)));
    });

    const run = (args: readonly string[], url = gateway) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const env = { PATH: process.env['PATH'], OPS_URL: url, OPERATOR_TOKEN: TOKEN };
        execFile(process.execPath, [program, ...args], { env }, (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
        );
      });

    it('tells where an order is and why, and what can be done', async () => {
      const orderId = await orders.stuck();
      const { code, out, err } = await run(['show', orderId]);
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain(`order ${orderId}  needs attention, for `);
      for (const line of [
        /turned back {1,}NO_CARRIER: Nobody goes there\./,
        /refused {1,}to take back payment: CHARGE_DISPUTED: The charge is disputed\./,
        /at risk {1,}59\.02 EUR/,
        /done {1,}payment\n/,
        new RegExp(`npm run sagas -- resume order:${orderId}`),
        /\dZ {2,}started\n/,
        /\+\d+ms {2}payment: asked for\n/,
        /shipment: refused: NO_CARRIER/,
        /payment: taking it back refused: CHARGE_DISPUTED/,
      ]) {
        expect(out).toMatch(line);
      }
      await orders.begin('return', await orders.begin('order')).then(async (both) => {
        const { out: two } = await run(['show', both]);
        expect(two.indexOf(`order:${both}`)).toBeLessThan(two.indexOf(`return:${both}`));
      });
      expect(await run(['show', 'order:nobody'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('SAGA_NOT_FOUND'),
      });
    });

    it('lists what is not over', async () => {
      const stuck = await orders.stuck();
      const running = await orders.begin('order');
      const over = await orders.begin('order');
      await orders.reply('order', over, 'payment.failed', { code: 'DECLINED', message: 'No money.' });
      const { out } = await run(['list']);
      expect(out).toMatch(new RegExp(`order:${running} +waits for payment +\\d+ms`));
      expect(out).toMatch(new RegExp(`order:${stuck} +needs attention .*payment: CHARGE_DISPUTED`));
      expect(out).not.toContain(over);
      expect((await run(['list', '--status', 'any', '--limit', '1'])).out).toMatch(
        new RegExp(`order:${over} +compensated .*\n1 shown\nMore: --cursor `),
      );
      const json = await run(['list', '--status', 'needs_attention', '--json']);
      expect(JSON.parse(json.out)).toMatchObject({ items: [{ orderId: stuck }], nextCursor: null });
    });

    it('acts, says what that did, and is safe to repeat', async () => {
      const orderId = await orders.stuck();
      const resumed = await run(['resume', orderId]);
      expect(resumed).toEqual({
        code: 0,
        err: '',
        out: `  resumed by an operator\n  payment: asked to take it back\norder:${orderId} takes back payment\n`,
      });
      expect((await run(['resume', orderId])).out).toContain('was left as it was: takes back payment');
      expect((await run(['retry-step', orderId])).out).toContain('takes back payment, asked 2 times');
      expect(await run(['resolve', orderId, '--reason', 'x'])).toMatchObject({
        code: 1,
        err: expect.stringContaining('SAGA_ACT_REFUSED'),
      });
      const running = await orders.begin('order');
      const compensated = await run(['compensate', running, '--reason', 'The customer called.']);
      expect(compensated.out).toContain('turns back: COMPENSATED_BY_OPERATOR: The customer called.');
    });

    it.each([
      [[], 2],
      [['dance'], 2],
      [['resume'], 2],
      [['resume', 'a', 'b'], 2],
      [['list', 'a'], 2],
      [['resolve', 'a'], 2],
      [['resume', 'a', '--reason', 'b'], 2],
      [['list', '--colour'], 2],
      [['list', '--limit', 'some'], 2],
      [['--help'], 0],
    ])('%j ends with %i', async (args, code) => {
      const ended = await run(args);
      expect(ended.code).toBe(code);
      expect(ended.out + ended.err).toContain('usage: npm run sagas');
    });
  });
});
