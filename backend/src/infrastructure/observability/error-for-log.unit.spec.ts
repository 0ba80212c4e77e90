import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { errorForLog } from './error-for-log';

class UnreadableError extends Error {
  override get message(): string {
    throw new TypeError('not for you');
  }
}

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no field');
    },
    ownKeys: () => {
      throw new Error('no fields');
    },
  },
);

function logged(err: unknown): unknown {
  const lines: string[] = [];
  const options = { serializers: { err: errorForLog }, redact: ['*.password', 'password'] };
  pino(options, { write: (line) => lines.push(line) }).warn({ err }, 'a handler failed');
  return (JSON.parse(lines[0] ?? '') as { err: unknown }).err;
}

describe('an error in the log', () => {
  it('has its type, message, stack, code and cause', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'X' });
    expect(logged(error)).toMatchObject({ type: 'TypeError', message: 'outer: inner', code: 'X' });
    expect(logged(error)).toHaveProperty('stack', expect.stringContaining('caused by: Error: inner'));
  });

  it('has no secret', () => {
    expect(logged({ user: 'ada', password: 'p' })).toEqual({ user: 'ada', password: '[Redacted]' });
  });

  it.each([
    ['an error whose message throws', new UnreadableError()],
    ['an object that throws for every field', hostile],
  ])('may be %s', (_, thrown) => {
    expect(logged(thrown)).toMatchObject({ type: 'unknown' });
  });

  it.each([
    ['a text', 'no'],
    ['null', null],
    ['a number', 7],
    ['an object', { a: 1 }],
  ])('may be %s', (_, thrown) => {
    expect(logged(thrown)).toEqual(thrown);
  });
});
