import { type FastifyInstance, fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { type EventStream, EventStreams } from './event-stream';

describe('event streams', () => {
  let instance: FastifyInstance;

  async function serve(streams: EventStreams, opened: (stream: EventStream) => void): Promise<string> {
    instance = fastify();
    instance.get('/', (_request, reply) => {
      opened(streams.open(reply));
    });
    return instance.listen({ port: 0, host: '127.0.0.1' });
  }
  afterEach(() => instance.close());

  it('carry events in their wire form until they are closed', async () => {
    const base = await serve(new EventStreams(1), (stream) => {
      stream.send({ event: 'status', data: { a: 'two\nlines' }, id: '7' });
      stream.close();
    });
    const answer = await fetch(base);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(await answer.text()).toBe(': open\n\nid: 7\nevent: status\ndata: {"a":"two\\nlines"}\n\n');
  });

  it('are limited in number, and a place is free again when a client goes', async () => {
    let gone: Promise<void> | undefined;
    const base = await serve(new EventStreams(1), (stream) => {
      gone = new Promise((resolve) => stream.onClose(resolve));
    });
    const leaving = new AbortController();
    const first = await fetch(base, { signal: leaving.signal });
    expect(first.status).toBe(200);
    expect((await fetch(base)).status).toBe(503);
    leaving.abort();
    await gone;
    const third = await fetch(base);
    expect(third.status).toBe(200);
    await third.body?.cancel();
  });

  it('end together, and tell those who feed them', async () => {
    const streams = new EventStreams(2);
    const ended: string[] = [];
    const base = await serve(streams, (stream) => stream.onClose(() => ended.push('ended')));
    const answers = await Promise.all([fetch(base), fetch(base)]);
    streams.closeAll();
    await Promise.all(answers.map((answer) => answer.text()));
    expect(ended).toEqual(['ended', 'ended']);
  });
});
