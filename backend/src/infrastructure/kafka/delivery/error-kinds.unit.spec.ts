import { describe, expect, it } from 'vitest';
import { FencedError } from './delivery.errors';
import { isOfKind } from './error-kinds';

const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

describe('kinds of errors', () => {
  it.each([
    ['the class', new FencedError('x'), [FencedError]],
    ['a class above', new FencedError('x'), [Error]],
    ['the code', new FencedError('x'), ['FENCED']],
    ['the code of a cause', new Error('a', { cause: new Error('b', { cause: refused }) }), ['ECONNREFUSED']],
    ['the class of a cause', new Error('a', { cause: new RangeError('b') }), [RangeError]],
    ['one of several', refused, [RangeError, 'ECONNREFUSED']],
  ])('are known by %s', (_, error, kinds) => {
    expect(isOfKind(error, kinds)).toBe(true);
  });

  it.each([
    ['another class', new Error('x'), [FencedError]],
    ['another code', refused, ['FENCED']],
    ['nothing asked for', refused, []],
    ['nothing thrown', undefined, [Error, 'X']],
    ['a text that is no code', 'ECONNREFUSED', ['ECONNREFUSED']],
    ['a function that is no class', refused, [(() => 1) as unknown as typeof Error]],
  ])('are not %s', (_, error, kinds) => {
    expect(isOfKind(error, kinds)).toBe(false);
  });
});
