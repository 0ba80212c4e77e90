import { describe, expect, it } from 'vitest';
import { FencedError } from './delivery.errors';
import { causesOf, describeError } from './failure';

class Unnamed extends Error {}

class Unreadable extends Error {
  override get message(): string {
    throw new TypeError('not for you');
  }
}

const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
})();

const hostile = new Proxy(new Error('hidden'), {
  get: () => {
    throw new Error('no field');
  },
  getPrototypeOf: () => {
    throw new Error('no prototype');
  },
});

const chainOf = (length: number): Error =>
  Array.from({ length }).reduce<Error>(
    (cause, _, index) => new Error(`${index}`, { cause }),
    new Error('root'),
  );

describe('the description of a failure', () => {
  it.each([
    ['an error', new TypeError('x is not a function'), 'HANDLER_FAILED', 'TypeError', 'x is not a function'],
    ['an error of a class without a name', new Unnamed('x'), 'HANDLER_FAILED', 'Unnamed', 'x'],
    ['one of ours', new FencedError('new owner'), 'FENCED', 'FencedError', 'new owner'],
    ['one of PostgreSQL', Object.assign(new Error('twice'), { code: '23505' }), '23505', 'Error', 'twice'],
    [
      'an error with a number as code',
      Object.assign(new Error('x'), { code: 7 }),
      'HANDLER_FAILED',
      'Error',
      'x',
    ],
    ['a frozen object', Object.freeze({ reason: 'cold' }), 'HANDLER_FAILED', 'object', "{ reason: 'cold' }"],
    ['a string', 'just text', 'HANDLER_FAILED', 'string', 'just text'],
    ['undefined', undefined, 'HANDLER_FAILED', 'undefined', 'undefined'],
    ['null', null, 'HANDLER_FAILED', 'null', 'null'],
    ['a symbol', Symbol('sign'), 'HANDLER_FAILED', 'symbol', 'Symbol(sign)'],
    ['a function', () => 1, 'HANDLER_FAILED', 'object', '[Function (anonymous)]'],
    ['NUL and half a pair', new Error('a\0b\ud800'), 'HANDLER_FAILED', 'Error', 'ab\ufffd'],
  ])('of %s', (_, value, code, name, message) => {
    expect(describeError(value)).toEqual({ code, name, message, chain: [] });
  });

  it.each([
    ['an error whose message throws', new Unreadable()],
    ['an object without a prototype', Object.create(null)],
    ['an object that throws for every field', hostile],
    ['a revoked proxy', revoked],
  ])('of %s does not throw', (_, value) => {
    expect(describeError(value)).toMatchObject({ code: 'HANDLER_FAILED', chain: [] });
  });

  it('has the causes, nearest first', () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    const failure = new Error('no payment', { cause: new TypeError('fetch failed', { cause: refused }) });
    expect(describeError(failure).chain).toEqual([
      { code: 'HANDLER_FAILED', name: 'TypeError', message: 'fetch failed' },
      { code: 'ECONNREFUSED', name: 'Error', message: 'refused' },
    ]);
  });

  it('is bounded in depth and length, and ends where a chain is a circle', () => {
    expect(describeError(chainOf(100)).chain).toHaveLength(10);
    expect(describeError(new Error('x'.repeat(100_000))).message).toHaveLength(2_000);
    const circle: { cause?: unknown } = {};
    circle.cause = { cause: circle };
    expect(causesOf(circle)).toEqual([circle.cause]);
  });

  it('goes into an error of many', () => {
    expect(causesOf(new AggregateError([new Error('first'), new Error('second')]))).toEqual([
      new Error('first'),
    ]);
  });
});
