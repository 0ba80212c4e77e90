import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseParser, type SseMessage } from './sse-parser';

function parse(...chunks: string[]): { messages: SseMessage[]; retries: number[] } {
  const messages: SseMessage[] = [];
  const retries: number[] = [];
  const parser = createSseParser({
    onMessage: (message) => messages.push(message),
    onRetry: (milliseconds) => retries.push(milliseconds),
  });
  for (const chunk of chunks) parser.push(chunk);
  return { messages, retries };
}

const STREAM =
  ': hello\r\nevent: status\r\nid: 7\r\ndata: {"a":1}\r\n\r\nretry: 250\ndata: one\ndata:  two\n\ndata\r\r';

const EXPECTED = [
  { event: 'status', data: '{"a":1}', lastEventId: '7' },
  { event: 'message', data: 'one\n two', lastEventId: '7' },
  { event: 'message', data: '', lastEventId: '7' },
];

describe('server-sent events', () => {
  it('are read as the standard says', () => {
    const { messages, retries } = parse(STREAM, '\n');
    expect(messages).toEqual(EXPECTED);
    expect(retries).toEqual([250]);
  });

  it('are the same however the network cuts the stream', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 12 }), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), STREAM.length];
        const chunks = ends.map((end, index) => STREAM.slice(ends[index - 1] ?? 0, end));
        expect(parse(...chunks, '\n').messages).toEqual(EXPECTED);
      }),
    );
  });

  it('that have not ended are not given out', () => {
    expect(parse('data: half\n').messages).toEqual([]);
  });

  it('without data set the id but are no message', () => {
    expect(parse('id: 3\n\ndata: x\n\n').messages).toEqual([
      { event: 'message', data: 'x', lastEventId: '3' },
    ]);
  });

  it('may begin with a byte order mark; odd retries and ids are passed over', () => {
    const { messages, retries } = parse('\uFEFFdata: x\nretry: soon\nid: a\0b\n\n');
    expect(messages).toEqual([{ event: 'message', data: 'x', lastEventId: '' }]);
    expect(retries).toEqual([]);
  });
});
