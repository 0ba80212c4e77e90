import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codecFixture, received } from '@/testing/codec-fixture';
import { EventRegistry } from './event-registry';
import { RegistrySchemaSource } from './registry-schema-source';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const data = { orderId: '12345', oldStatus: 'pending', newStatus: 'paid', updatedBy: 'clerk' };
const order = 'order.status.updated';
const subject = '/subjects/order-events-shop.order.OrderStatusUpdated/versions';

describe('a schema registry', () => {
  const calls: string[] = [];
  const schemas = new Map<number, string>();
  let answer: Answer;
  let clock: number;
  let url: string;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      calls.push(`${request.method} ${request.url}`);
      answer(request, response, body);
    });
  });

  const reply = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const normal: Answer = (request, response, body) => {
    const [, id] = /^\/schemas\/ids\/(\d+)$/.exec(request.url ?? '') ?? [];
    const schema = schemas.get(Number(id));
    if (request.method === 'POST') {
      schemas.set(41, JSON.parse(body).schema);
      reply(response, 200, { id: 41 });
    } else if (request.method === 'PUT') reply(response, 200, JSON.parse(body));
    else if (request.url === '/schemas/types') reply(response, 200, ['AVRO']);
    else if (schema) reply(response, 200, { schema });
    else reply(response, 404, { error_code: 40403, message: 'Schema not found' });
  };
  const source = (timeoutMs = 2_000) => new RegistrySchemaSource({ url, timeoutMs, now: () => clock });

  beforeEach(async () => {
    calls.length = 0;
    schemas.clear();
    answer = normal;
    clock = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('gives the id that records are framed with, asked once', async () => {
    const { codec, newEvent } = codecFixture([], source());

    const [first] = await Promise.all([1, 2, 3].map(() => codec.encode(newEvent(order, data))));

    expect(first?.value?.readInt32BE(1)).toBe(41);
    expect(calls).toEqual([`POST ${subject}`]);
  });

  it('tells a fresh process what an id means, asked once', async () => {
    const writer = codecFixture([], source());
    const record = await writer.codec.encode(writer.newEvent(order, data));
    const reader = codecFixture([], source());
    calls.length = 0;

    const decoded = await Promise.all([1, 2, 3].map(() => reader.codec.decode(received(record))));

    expect(decoded[2]?.event.data).toStrictEqual(data);
    expect(calls).toEqual(['GET /schemas/ids/41']);
  });

  it('reads a schema named in a header by its GUID', async () => {
    const { codec, newEvent } = codecFixture([], source());
    const record = await codec.encode(newEvent(order, data));
    const guid = '89791762-2336-4186-9674-299b90a802e2';
    answer = (request, response) => {
      if (request.url === `/schemas/guids/${guid}`) reply(response, 200, { schema: schemas.get(41) });
      else reply(response, 500, {});
    };
    const id = Buffer.from(`01${guid.replaceAll('-', '')}`, 'hex');
    const value = record.value?.subarray(5) ?? null;

    const { event } = await codec.decode(
      received({ ...record, value, headers: [...record.headers, ['__value_schema_id', id]] }),
    );

    expect(event.data).toStrictEqual(data);
  });

  it('is asked for an unknown id at most once a minute', async () => {
    const schemaSource = source();

    for (const at of [0, 1, 30_000, 59_999]) {
      clock = at;
      expect(await schemaSource.byId(7)).toBeUndefined();
    }
    expect(calls).toHaveLength(1);
    clock = 60_001;
    schemas.set(7, JSON.stringify({ type: 'record', name: 'Late', fields: [] }));

    expect(await schemaSource.byId(7)).toMatchObject({ schema: { name: 'Late' } });
    expect(calls).toHaveLength(2);
  });

  it('gets every version and the rule of the subject', async () => {
    const [event] = [new EventRegistry().definitionOf(order)];

    await source().register(event);

    expect(calls).toEqual([`POST ${subject}`, 'PUT /config/order-events-shop.order.OrderStatusUpdated']);
  });

  it('may refuse a schema, which no repetition helps', async () => {
    const { codec, newEvent } = codecFixture([], source());
    answer = (_, response) =>
      reply(response, 409, { error_code: 409, message: 'Schema being registered is incompatible' });

    await expect(codec.encode(newEvent(order, data))).rejects.toMatchObject({
      code: 'SCHEMA_REJECTED',
      retryable: false,
      message: expect.stringContaining('incompatible'),
    });
  });

  it('that cannot at present is asked again, a few times', async () => {
    const { codec, newEvent } = codecFixture([], source());
    let refused = 0;
    answer = (request, response, body) => {
      refused += 1;
      if (refused > 2) return normal(request, response, body);
      return reply(response, 500, { error_code: 50001, message: 'Error in the backend data store' });
    };

    expect((await codec.encode(newEvent(order, data))).value?.readInt32BE(1)).toBe(41);
    expect(refused).toBeGreaterThan(2);
  });

  it('that stays unable is named with its own words', async () => {
    const { codec, newEvent } = codecFixture([], source());
    answer = (_, response) => reply(response, 500, { error_code: 50001, message: 'the store is gone' });

    await expect(codec.encode(newEvent(order, data))).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY_UNAVAILABLE',
      message: expect.stringContaining('500 4 times: the store is gone'),
    });
    expect(calls).toHaveLength(4);
  });

  it.each<[string, Answer]>([
    ['answers with an error of its own', (_, response) => reply(response, 503, {})],
    ['answers with a page', (_, response) => response.end('<html></html>')],
    ['never answers', () => undefined],
    ['breaks off', (_, response) => response.socket?.destroy()],
  ])('that %s is unavailable, and asked again the next time', async (_, broken) => {
    const { codec, newEvent } = codecFixture([], source(200));
    answer = broken;
    await expect(codec.encode(newEvent(order, data))).rejects.toMatchObject({
      code: 'SCHEMA_REGISTRY_UNAVAILABLE',
      retryable: true,
      status: 503,
    });

    answer = normal;

    expect((await codec.encode(newEvent(order, data))).value?.readInt32BE(1)).toBe(41);
  });

  it('that is not there is told at start-up, without the password of its address', async () => {
    const gone = new RegistrySchemaSource({ url: 'http://user:secret@127.0.0.1:1', timeoutMs: 500 });

    const error = await gone.open().catch((thrown: Error) => thrown);

    expect(error).toMatchObject({ code: 'SCHEMA_REGISTRY_UNAVAILABLE' });
    expect(String(error)).not.toContain('secret');
  });

  it('gets the user and password of its address', async () => {
    let authorization: string | undefined;
    answer = (request, response, body) => {
      authorization = request.headers.authorization;
      normal(request, response, body);
    };
    await new RegistrySchemaSource({ url: url.replace('//', '//ada:p%40ss@') }).open();

    expect(authorization).toBe(`Basic ${Buffer.from('ada:p@ss').toString('base64')}`);
  });
});
