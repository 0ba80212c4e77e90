import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { addRequestContext } from '@/infrastructure/http/request-context';
import { CodedError } from '@/infrastructure/errors/coded-error';
import type { RoutedService } from '../domain/service-routes';
import { addServiceProxies } from './service-proxy';

describe('the way to services of other processes', () => {
  const open: FastifyInstance[] = [];

  async function listen(instance: FastifyInstance): Promise<string> {
    open.push(instance);
    return instance.listen({ port: 0, host: '127.0.0.1' });
  }
  afterEach(async () => {
    for (const instance of open.splice(0)) {
      instance.server.closeAllConnections();
      await instance.close();
    }
  });

  async function gateway(
    addresses: Partial<Record<RoutedService, string>>,
    operator = true,
  ): Promise<string> {
    const instance = fastify();
    addRequestContext(instance);
    // As Nest leaves it: a parser of its own in place of the built-in one.
    instance.removeContentTypeParser('application/json');
    instance.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, JSON.parse(body.toString())),
    );
    instance.setErrorHandler((error, _request, reply) => {
      const known = error instanceof CodedError;
      return reply.status(known ? error.status : 500).send({ code: known ? error.code : String(error) });
    });
    addServiceProxies(instance, {
      local: new Set(['cart']),
      addresses: new Map(Object.entries(addresses) as [RoutedService, string][]),
      admitsOperator: () => operator,
    });
    return listen(instance);
  }

  it('passes method, body, query and headers, and says who asked', async () => {
    const order = fastify();
    order.post('/api/orders', async (request) => ({
      body: request.body,
      query: request.query,
      headers: request.headers,
    }));
    const base = await gateway({ order: await listen(order) });
    const answer = await fetch(`${base}/api/orders?a=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'k1', 'x-correlation-id': 'c1' },
      body: '{"items":[1]}',
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      body: { items: [1] },
      query: { a: '1' },
      headers: { 'idempotency-key': 'k1', 'x-correlation-id': 'c1', 'x-forwarded-for': '127.0.0.1' },
    });
  });

  it('lets an event stream flow', async () => {
    const order = fastify();
    order.get('/api/orders/o1/events', (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
      reply.raw.write('data: first\n\n');
    });
    const base = await gateway({ order: await listen(order) });
    const answer = await fetch(`${base}/api/orders/o1/events`);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe('data: first\n\n');
    await reader?.cancel();
  });

  it('says that a service does not answer', async () => {
    const gone = fastify();
    const address = await listen(gone);
    await gone.close();
    const base = await gateway({ order: address });
    for (const path of ['/api/orders', '/api/orders/o1', '/api/products']) {
      const answer = await fetch(base + path);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({ code: 'SERVICE_UNAVAILABLE' });
    }
  });

  it('leaves services of this process to themselves', async () => {
    const base = await gateway({});
    expect((await fetch(`${base}/api/cart`)).status).toBe(404);
  });

  it('lets nobody but operators through to their routes', async () => {
    const audit = fastify();
    audit.get('/ops/api/audit', async () => ({ items: [] }));
    const address = await listen(audit);
    expect((await fetch(`${await gateway({ audit: address }, false)}/ops/api/audit`)).status).toBe(401);
    expect((await fetch(`${await gateway({ audit: address })}/ops/api/audit`)).status).toBe(200);
  });
});
