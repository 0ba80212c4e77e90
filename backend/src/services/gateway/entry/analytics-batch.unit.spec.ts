import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EventEnvelope } from '@shop/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import { EventFactory } from '@/infrastructure/kafka/publisher/event-factory';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import type { EventSink } from '@/infrastructure/kafka/publisher/event-sink';
import { ContractSchemaSource } from '@/infrastructure/kafka/schema/contract-schema-source';
import { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import { AnalyticsIntakeService } from '../analytics-intake.service';
import { GATEWAY_SETTINGS, gatewaySettings } from '../gateway.environment';
import { AnalyticsBatchController } from './analytics-batch.controller';

class BrokersAwayError extends CodedError {
  readonly code = 'BROKERS_AWAY';
  readonly retryable = true;
}

describe('POST /v1/analytics/batch', () => {
  let app: NestFastifyApplication;
  const written: EventEnvelope<string, unknown>[] = [];
  let away = false;

  const registry = new EventRegistry([]);
  const codec = new EventCodec({ registry, schemas: new ContractSchemaSource(registry) });
  const factory = new EventFactory(registry, '/gateway');
  const sink: EventSink = {
    async publish(requests) {
      const events = requests.map((request) => factory.create(request));
      for (const event of events) await codec.encode(event);
      if (away) throw new BrokersAwayError('The brokers are away.');
      written.push(...events.map((event) => event.envelope));
      return events.map(({ envelope: { eventId, key }, definition: { topic } }) => ({ eventId, topic, key }));
    },
  };

  @Module({
    controllers: [AnalyticsBatchController],
    providers: [
      AnalyticsIntakeService,
      { provide: EventPublisherService, useValue: new EventPublisherService(sink) },
      { provide: GATEWAY_SETTINGS, useValue: gatewaySettings({}) },
    ],
  })
  class BatchModule {}

  beforeAll(async () => {
    const adapter = new FastifyAdapter(fastifyOptions());
    app = await NestFactory.create<NestFastifyApplication>(BatchModule, adapter, { logger: false });
    configureHttp(app);
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  beforeEach(() => {
    written.length = 0;
    away = false;
  });
  afterAll(() => app.close());

  const post = (payload: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    app.inject({
      method: 'POST',
      url: '/v1/analytics/batch',
      headers,
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
  const view = (properties: object) => ({ type: 'analytics.product_view', anonymousId: 'a1', properties });
  const good = view({ productId: 'p1', category: 'books', price: 9.5 });

  it('publishes what is valid, keyed by the visitor, and names what is not', async () => {
    const batch = [
      good,
      view({ productId: 'p1', category: 'books', price: 1.23456 }),
      { type: 'Newsletter Opened', anonymousId: 'a1', properties: { issue: 7 } },
      { type: 'track', event: 'analytics.search', anonymousId: 'a1', properties: { query: 'mug' } },
      { type: 'analytics.search', properties: { query: 'x'.repeat(40_000) } },
      'nonsense',
    ];
    const answer = await post({ writeKey: 'dev-write-key', batch });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({
      accepted: 3,
      rejected: [
        { index: 1, code: 'INVALID_EVENT_DATA', message: expect.stringContaining('data.price') },
        { index: 4, code: 'EVENT_TOO_LARGE' },
        { index: 5, code: 'INVALID_EVENT' },
      ],
    });
    expect(written.map(({ eventType, key }) => [eventType, key])).toEqual([
      ['analytics.product_view', 'a1'],
      ['analytics.custom', 'a1'],
      ['analytics.search', 'a1'],
    ]);
  });

  it('refuses an event that is nested without end, and takes its neighbour', async () => {
    const deep = `{"type":"deep","properties":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`;
    const answer = await post(`{"writeKey":"dev-write-key","batch":[${deep},${JSON.stringify(good)}]}`);
    expect(answer.json()).toMatchObject({ accepted: 1, rejected: [{ index: 0, code: 'EVENT_TOO_LARGE' }] });
  });

  it('takes a beacon’s plain text, and the write key as the user of basic authentication', async () => {
    const text = await post(JSON.stringify({ writeKey: 'dev-write-key', batch: [good] }), {
      'content-type': 'text/plain;charset=UTF-8',
    });
    const authorization = `Basic ${Buffer.from('dev-write-key:').toString('base64')}`;
    const basic = await post({ batch: [good] }, { 'content-type': 'application/json', authorization });
    expect([text.json(), basic.json()]).toEqual([
      { accepted: 1, rejected: [] },
      { accepted: 1, rejected: [] },
    ]);
  });

  it('asks the browser to come again when events cannot be written', async () => {
    away = true;
    const answer = await post({ writeKey: 'dev-write-key', batch: [good] });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toMatchObject({ code: 'EVENTS_UNAVAILABLE' });
    expect(answer.headers['retry-after']).toBe('2');
  });

  it.each([
    ['no key', { batch: [good] }, 401, 'INVALID_WRITE_KEY'],
    ['an unknown key', { writeKey: 'other', batch: [good] }, 401, 'INVALID_WRITE_KEY'],
    ['no batch', { writeKey: 'dev-write-key' }, 400, 'INVALID_INPUT'],
    ['too much', { writeKey: 'dev-write-key', batch: ['x'.repeat(600_000)] }, 413, 'BATCH_TOO_LARGE'],
    ['no JSON', '{"batch":', 400, 'MALFORMED_JSON'],
  ])('refuses %s', async (_what, body, status, code) => {
    const answer = await post(body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code });
    expect(written).toEqual([]);
  });
});
