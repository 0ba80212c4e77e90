import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { UnknownTopicError } from '@/infrastructure/kafka/transport/transport.errors';
import { RELAY_SHARDS } from '@/infrastructure/outbox/outbox.migrations';
import { oldestRows } from '@/infrastructure/outbox/outbox-rows';
import { refuseRow } from '@/infrastructure/outbox/refused-rows';
import { RelayShards } from '@/infrastructure/outbox/relay-shards';
import { sql } from '@/infrastructure/postgres/sql';
import { SecurityModule } from '@/infrastructure/security/security.module';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { OpsPeers } from '../ops-peers';
import { OutboxController } from './outbox.controller';
import { OutboxDesk } from './outbox-desk.service';

type Answer = Record<string, unknown> & {
  services: Record<string, unknown>[];
  items: (Record<string, unknown> & { service: string; seq: string })[];
  nextCursor: string | null;
};

const PATH = '/ops/api/outbox';
const TOKEN = 'let-me-in';
const MISSING = 'no-such-topic';
const SHARDS = Array.from({ length: RELAY_SHARDS }, (_, shard) => shard);
const refused404 = { status: 404, body: { code: 'OUTBOX_ROW_NOT_REFUSED' } };

describe('/ops/api/outbox', () => {
  let orders: ServiceState;
  let parcels: ServiceState;
  const apps: NestFastifyApplication[] = [];
  let shop = '';
  let gateway = '';
  let silentGateway = '';

  async function start(own: readonly ServiceState[], peers: OpsPeers): Promise<string> {
    const known = new KafkaRuntimes();
    for (const { database, unitOfWork, publisher } of own) {
      known.add({ publisher, stateful: { database, unitOfWork } } as unknown as KafkaRuntime);
    }
    @Module({
      imports: [SecurityModule.forRoot({ AUTH_JWT_SECRET: 'x'.repeat(32), OPERATOR_TOKEN: TOKEN })],
      controllers: [OutboxController],
      providers: [
        OutboxDesk,
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
    orders = await serviceState('order', {});
    parcels = await serviceState('shipping', {});
    shop = await start([orders], new OpsPeers([], new Map()));
    const far = await start([parcels], new OpsPeers([], new Map()));
    const addresses = new Map([
      ['order', shop],
      ['shipping', far],
    ]);
    gateway = await start([], new OpsPeers(['order', 'shipping'], addresses));
    silentGateway = await start([], new OpsPeers(['order', 'shipping'], new Map([['order', shop]])));
  });
  beforeEach(async () => {
    for (const { database } of [orders, parcels]) await database.run(sql`truncate outbox, outbox_refused`);
  });
  afterAll(async () => {
    for (const app of apps) await app.close();
    await orders?.close();
    await parcels?.close();
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
  const list = (query = '', base = gateway) => call(base, 'GET', PATH + query);
  const act = (row: string, kind: string, body?: unknown) =>
    call(gateway, 'POST', `${PATH}/${row}/${kind}`, body);

  const publish = (service: ServiceState, key: string, eventId: string) =>
    service.unitOfWork.run(async () => {
      const record = { topic: MISSING, key: Buffer.from(key), value: Buffer.from('noted'), headers: [] };
      service.unitOfWork.append(record, { eventId, eventType: 'order.noted' });
    });

  /** Published and refused, as the relay does it; answers its number and the id of its event. */
  async function refuse(service: ServiceState, key: string): Promise<{ seq: string; eventId: string }> {
    const eventId = randomUUID();
    await publish(service, key, eventId);
    const row = (await oldestRows(service.database, SHARDS, 1_000)).at(-1);
    if (!row) throw new Error('Nothing was published.');
    await refuseRow(service.database, row, new UnknownTopicError(MISSING));
    return { seq: row.seq, eventId };
  }

  const kept = ({ database }: ServiceState) =>
    database.row(sql`select seq, set_aside_by as by, set_aside_reason as reason from outbox_refused`);
  const waiting = ({ database }: ServiceState) =>
    database.rows<{ seq: string; topic: string }>(
      sql`select seq, aggregatetype as topic from outbox order by seq`,
    );

  it('shows every service: what waits, who relays it, what the log refused and why', async () => {
    const { seq, eventId } = await refuse(orders, 'o-1');
    await publish(orders, 'o-1', randomUUID());
    await publish(orders, 'o-2', randomUUID());
    await orders.database.run(sql`update outbox set created_at = created_at - interval '90 seconds'`);
    const relay = new RelayShards({ url: orders.url, schema: 'order', onNotified: () => undefined });
    await relay.own();
    const { status, body } = await list();
    await relay.close();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      services: [
        { service: 'order', waiting: 2, refused: 1, setAside: 0, ownerless: [] },
        { service: 'shipping', waiting: 0, oldestSeconds: null, refused: 0, owners: [], ownerless: SHARDS },
      ],
      items: [
        {
          service: 'order',
          seq,
          eventId,
          eventType: 'order.noted',
          topic: MISSING,
          aggregateId: 'o-1',
          bytes: 5,
          held: 1,
          cause: { code: 'UNKNOWN_TOPIC' },
          refusedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        },
      ],
      nextCursor: null,
      unreachable: [],
    });
    expect(body.services[0]?.['owners']).toMatchObject([{ backend: expect.any(Number), shards: SHARDS }]);
    const age = Number(body.services[0]?.['oldestSeconds']);
    expect([age >= 90, age < 150]).toEqual([true, true]);
  });

  it('pages through the refused rows of all services, one service’s alone if asked', async () => {
    const expected: string[] = [];
    for (const [name, service] of Object.entries({ order: orders, shipping: parcels })) {
      for (let n = 0; n < 4; n++) expected.push(`${name}/${(await refuse(service, `k-${n}`)).seq}`);
    }
    const pages = async (filter: string) => {
      const seen: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { body }: { body: Answer } = await list(
          `?limit=3${filter}${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        expect(body.items.length).toBeLessThanOrEqual(3);
        seen.push(...body.items.map(({ service, seq }) => `${service}/${seq}`));
        cursor = body.nextCursor;
      }
      return seen;
    };
    expect(await pages('')).toEqual(expected);
    expect(await pages('&service=shipping')).toEqual(expected.slice(4));
    const { body } = await list('?service=shipping');
    expect(body.services.map(({ service }) => service)).toEqual(['shipping']);
  });

  it('names the services that did not answer', async () => {
    await refuse(orders, 'o-1');
    const { body } = await list('', silentGateway);
    expect(body).toMatchObject({ items: [{ service: 'order' }], unreachable: ['shipping'] });
    expect(await call(silentGateway, 'POST', `${PATH}/shipping/1/retry`)).toMatchObject({
      status: 503,
      body: { code: 'PROCESS_UNREACHABLE' },
    });
  });

  it('sends a row again once, and writes down who said so', async () => {
    const { seq, eventId } = await refuse(parcels, 'p-1');
    await publish(parcels, 'p-1', randomUUID());
    expect(await act(`shipping/${seq}`, 'retry')).toMatchObject({
      status: 200,
      body: { act: 'retry', service: 'shipping', seq, eventId, topic: MISSING, aggregateId: 'p-1' },
    });
    const [first, , trail] = await waiting(parcels);
    expect([first?.seq, trail?.topic, await kept(parcels)]).toEqual([seq, 'audit-events', undefined]);
    await parcels.database.run(sql`delete from outbox where aggregatetype = ${MISSING}`);
    expect(await parcels.publishedOf('audit.recorded')).toMatchObject([
      {
        actorId: 'ada',
        action: 'outbox.retry',
        resource: `outbox/shipping/${seq}`,
        topic: MISSING,
        eventId,
        details: { aggregateId: 'p-1', cause: 'UNKNOWN_TOPIC' },
      },
    ]);
    expect(await act(`shipping/${seq}`, 'retry')).toMatchObject(refused404);
    expect(await waiting(parcels)).toHaveLength(1);
  });

  it('sets a row aside once, with a reason, and keeps it', async () => {
    const { seq } = await refuse(orders, 'o-1');
    expect(await act(`order/${seq}`, 'set-aside')).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT' },
    });
    const reason = 'Nobody reads it.';
    expect(await act(`order/${seq}`, 'set-aside', { reason })).toMatchObject({
      status: 200,
      body: { act: 'set-aside', seq },
    });
    expect(await kept(orders)).toEqual({ seq, by: 'ada', reason });
    expect(await orders.publishedOf('audit.recorded')).toMatchObject([
      { actorId: 'ada', action: 'outbox.set-aside', details: { reason } },
    ]);
    expect((await list()).body).toMatchObject({
      services: [{ refused: 0, setAside: 1 }, { service: 'shipping' }],
      items: [],
    });
    for (const kind of ['retry', 'set-aside']) {
      const body = kind === 'retry' ? {} : { reason };
      expect(await act(`order/${seq}`, kind, body)).toMatchObject(refused404);
    }
    expect(await waiting(orders)).toHaveLength(1);
  });

  it('knows no row of a service that there is not', async () => {
    expect(await act('nobody/1', 'retry')).toMatchObject(refused404);
  });

  it.each(['?limit=0', '?limit=201', '?cursor=x', '?scope=mine'])('refuses %s', async (query) => {
    expect(await list(query)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
  });

  it.each([
    ['order/one', 'retry', {}],
    ['order/1', 'forget', {}],
    ['order/1', 'retry', { reason: 'why not' }],
    ['order/1', 'set-aside', { reason: '' }],
  ])('refuses %s %s %j', async (row, kind, body) => {
    expect(await act(row, kind, body)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
  });

  it('is for operators alone', async () => {
    expect((await call(shop, 'GET', PATH, undefined, 'guessed')).status).toBe(401);
    expect((await call(shop, 'POST', `${PATH}/order/1/retry`, {}, 'guessed')).status).toBe(401);
  });
});
