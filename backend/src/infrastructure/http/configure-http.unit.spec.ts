import { Body, Controller, Get, HttpCode, Module, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { currentCausality } from '@/infrastructure/kafka/delivery/delivery-context';
import { configureHttp, fastifyOptions } from './configure-http';
import { pageQuery } from './page';

const line = z.object({ items: z.array(z.object({ quantity: z.number().int().min(1) })).min(1) });
const list = z.object(pageQuery({ limit: 20, max: 100 }));

class TooLateError extends CodedError {
  readonly code = 'TOO_LATE';
  readonly retryable = false;
  override readonly status = 409;
}

@Controller('things')
class ThingsController {
  @Post()
  @HttpCode(202)
  create(@Body({ schema: line }) body: z.output<typeof line>): unknown {
    return { lines: body.items.length, ...currentCausality() };
  }

  @Get()
  list(@Query({ schema: list }) query: z.output<typeof list>): unknown {
    return query;
  }

  @Get('late')
  late(): never {
    throw new TooLateError('The order has been shipped.');
  }

  @Get('gone')
  gone(): never {
    throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
  }

  @Get('broken')
  broken(): never {
    throw new Error('relation "secret_table" does not exist');
  }

  @Get('hangs')
  hangs(): Promise<never> {
    return new Promise(() => {});
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('the HTTP server', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(
      ThingsModule,
      new FastifyAdapter(fastifyOptions()),
      { logger: false },
    );
    configureHttp(app, { answerWithinMs: 200 });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
  });
  afterAll(() => app.close());

  const post = (payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: '/things',
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });

  it('hands on what the schema accepts, with the causality of the request', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await post({ items: [{ quantity: 2 }] }, { 'x-correlation-id': 'abc-1', traceparent });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ lines: 1, correlationId: 'abc-1', traceparent });
    expect(answer.headers['x-correlation-id']).toBe('abc-1');
  });

  it('mints a correlation id where the given one is not well formed', async () => {
    const answer = await post({ items: [{ quantity: 2 }] }, { 'x-correlation-id': 'a b\tc' });
    expect(answer.headers['x-correlation-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('names each fault by its path', async () => {
    const answer = await post({ items: [{ quantity: 1 }, { quantity: 0 }] });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({
      code: 'INVALID_INPUT',
      status: 400,
      faults: [{ path: 'items[1].quantity' }],
      correlationId: answer.headers['x-correlation-id'],
    });
  });

  it.each([
    ['MALFORMED_JSON', 400, '{"items":'],
    ['MALFORMED_JSON', 400, ''],
    ['BODY_TOO_LARGE', 413, JSON.stringify({ filler: 'x'.repeat(1_100_000) })],
    ['INVALID_INPUT', 400, 'null'],
    ['MALFORMED_JSON', 400, '{"__proto__":{"items":[{"quantity":1}]}}'],
    ['INVALID_INPUT', 400, '['.repeat(400_000) + ']'.repeat(400_000)],
  ])('answers a body that is %s with %i', async (code, status, payload) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code, status });
  });

  it.each([
    ['/things/late', 409, 'TOO_LATE'],
    ['/things/gone', 503, 'DATABASE_UNAVAILABLE'],
    ['/things/broken', 500, 'INTERNAL_ERROR'],
    ['/things/hangs', 503, 'ANSWER_TIMEOUT'],
    ['/nothing', 404, 'NOT_FOUND'],
    ['/%E0%A4%A', 400, 'MALFORMED_URL'],
    ['/things?limit=0', 400, 'INVALID_INPUT'],
  ])('answers %s with %i %s and no inner detail', async (url, status, code) => {
    const answer = await app.inject({ method: 'GET', url });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({ code, status });
    expect(answer.body).not.toMatch(/secret_table|10\.0\.0\.7| at /);
    expect(answer.headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  });

  it('fills in the defaults of a list', async () => {
    expect((await app.inject('/things')).json()).toEqual({ limit: 20 });
  });
});
