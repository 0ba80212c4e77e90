import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Platform } from '@/infrastructure/platform/platform';
import { OpsPeers } from './ops-peers';

const caller = { operator: 'ada', headers: { 'x-operator': 'ada', authorization: 'Bearer t' } };
const shape = z.object({ name: z.string() });
const request = { path: '/ops/api/x', query: { limit: 5, key: undefined } };

describe('the other processes', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Answers with this, and keeps what it was asked. */
  async function process(status: number, body: unknown, services?: string) {
    const asked: { url: string | undefined; operator: unknown; authorization: unknown }[] = [];
    const server = createServer((request, response) => {
      const { 'x-operator': operator, authorization } = request.headers;
      asked.push({ url: request.url, operator, authorization });
      response
        .writeHead(status, services === undefined ? {} : { 'x-shop-services': services })
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { asked, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  it('are asked once each, for themselves alone, in the name of who asked', async () => {
    const { address, asked } = await process(200, { name: 'both' });
    const peers = new OpsPeers(
      ['order', 'payment'],
      new Map([
        ['order', address],
        ['payment', address],
      ]),
    );
    expect(await peers.gather(caller, request, shape)).toEqual({
      answers: [{ name: 'both' }],
      unreachable: [],
    });
    expect(asked).toEqual([
      { url: '/ops/api/x?limit=5&scope=local', operator: 'ada', authorization: 'Bearer t' },
    ]);
  });

  it.each([
    ['does not answer', undefined],
    ['fails', { status: 500, body: {} }],
    ['has another token', { status: 401, body: { code: 'OPERATOR_TOKEN_REQUIRED' } }],
    ['answers with something else', { status: 200, body: '<html>' }],
    ['answers in another form', { status: 200, body: { nom: 'x' } }],
  ])('one that %s is named', async (_, told) => {
    const { address } = told ? await process(told.status, told.body) : { address: 'http://127.0.0.1:9' };
    const peers = new OpsPeers(['audit', 'order'], new Map([['order', address]]));
    expect(await peers.gather(caller, request, shape)).toEqual({
      answers: [],
      unreachable: ['audit', 'order'],
    });
    await expect(peers.find(caller, request, shape)).rejects.toMatchObject({
      code: 'PROCESS_UNREACHABLE',
    });
  });

  it('say themselves for which services they answer', async () => {
    const { address } = await process(200, { name: 'both' }, 'order, payment');
    const peers = new OpsPeers(['audit', 'order', 'payment'], new Map([['order', address]]));
    expect(await peers.gather(caller, request, shape)).toEqual({
      answers: [{ name: 'both' }],
      unreachable: ['audit'],
    });
    const unknowing = await process(404, { code: 'NO' }, 'order,payment');
    const find = (others: readonly string[]) =>
      new OpsPeers(others, new Map([['order', unknowing.address]])).find(caller, request, shape);
    expect(await find(['order', 'payment'])).toBeUndefined();
    await expect(find(['audit', 'order'])).rejects.toThrow(/did not answer: audit\./);
  });

  it('tell what they have, what they refuse, and what they do not know', async () => {
    const find = async (status: number, body: unknown) => {
      const { address } = await process(status, body);
      return new OpsPeers(['order'], new Map([['order', address]])).find(caller, request, shape);
    };
    expect(await find(200, { name: 'it' })).toEqual({ name: 'it' });
    expect(await find(404, { code: 'X_NOT_FOUND' })).toBeUndefined();
    const faults = [{ path: 'a', message: 'b' }];
    await expect(find(409, { code: 'DECIDED', detail: 'by grace', faults })).rejects.toMatchObject({
      code: 'DECIDED',
      status: 409,
      message: 'by grace',
      faults,
    });
  });

  it('are those that handle events and are not of this process', async () => {
    const of = (services: string) =>
      OpsPeers.of({ settings: { SERVICES: services, SERVICE_URLS: new Map() } } as unknown as Platform);
    const unreachable = async (services: string) =>
      (await of(services).gather(caller, request, shape)).unreachable;
    expect(await unreachable('all')).toEqual([]);
    const others = await unreachable('gateway, order');
    expect(others).toContain('payment');
    expect(others).not.toContain('order');
    expect(others).not.toContain('gateway');
  });
});
