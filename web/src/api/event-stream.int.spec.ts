import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openEventStream, type EventStreamOptions, type StreamState } from './event-stream';
import type { ProblemError } from './problem';
import { sessionStore } from './session';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

let server: Server;
let url: string;
let answers: Answer[];
let requests: IncomingMessage[];
let close: () => void = () => {};

const stream: Answer = (response) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const event = (id: number): string => `event: status\nid: ${id}\ndata: ${id}\n\n`;

beforeEach(async () => {
  answers = [];
  requests = [];
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
  server = createServer((request, response) => {
    requests.push(request);
    answers.shift()?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
});

afterEach(async () => {
  close();
  sessionStore.clear();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  vi.unstubAllGlobals();
});

function open(options: Partial<EventStreamOptions> = {}) {
  const data: string[] = [];
  const states: StreamState[] = [];
  const refusals: ProblemError[] = [];
  close = openEventStream({
    url,
    onMessage: (message) => data.push(message.data),
    onState: (state) => states.push(state),
    onRefused: (error) => refusals.push(error),
    retryBaseMs: 20,
    ...options,
  });
  return { data, states, refusals };
}

it('sends the token and continues after the last id when the connection breaks', async () => {
  sessionStore.set({ accessToken: 'token-1', userId: 'user-1', email: '' });
  answers.push(
    (response, request) => {
      stream(response, request);
      response.write(event(1) + event(2), () => response.destroy());
    },
    (response, request) => {
      stream(response, request);
      response.write(event(3));
    },
  );
  const { data, states } = open();
  await expect.poll(() => data).toEqual(['1', '2', '3']);
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2']);
  expect(requests[0]?.headers.authorization).toBe('Bearer token-1');
  expect(states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open']);
});

it('reads characters that a packet cuts in two', async () => {
  answers.push((response, request) => {
    stream(response, request);
    const bytes = Buffer.from('data: €\n\n');
    response.write(bytes.subarray(0, 7), () => setImmediate(() => response.write(bytes.subarray(7))));
  });
  const { data } = open();
  await expect.poll(() => data).toEqual(['€']);
});

it('tries again after a fault of the server, and stops when it is refused', async () => {
  answers.push(
    (response) => response.writeHead(503).end(),
    (response) =>
      response
        .writeHead(404, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ code: 'ORDER_NOT_FOUND', detail: 'There is no such order.' })),
  );
  const { states, refusals } = open();
  await expect.poll(() => states.at(-1)).toBe('closed');
  expect(requests).toHaveLength(2);
  expect(refusals.map(({ code }) => code)).toEqual(['ORDER_NOT_FOUND']);
});

it('gives up a connection that has gone silent', async () => {
  answers.push(stream, (response, request) => {
    stream(response, request);
    response.write(event(1));
  });
  const { data } = open({ idleMs: 100 });
  await expect.poll(() => data).toContain('1');
  expect(requests.length).toBeGreaterThanOrEqual(2);
});

it('ends with its request when it is closed', async () => {
  const ended = new Promise<void>((resolve) => {
    answers.push((response, request) => {
      stream(response, request);
      response.write(event(1));
      request.on('close', resolve);
    });
  });
  const { data, states } = open();
  await expect.poll(() => data).toEqual(['1']);
  close();
  await ended;
  await expect.poll(() => states.at(-1)).toBe('closed');
  expect(requests).toHaveLength(1);
});
