import { describe, expect, it } from 'vitest';
import { canonical } from './idempotency';

describe('a request body', () => {
  it('is the same whatever the order of its names', () => {
    expect(canonical({ b: [1, { d: 2, c: '3' }], a: null })).toBe(
      canonical({ a: null, b: [1, { c: '3', d: 2 }] }),
    );
  });

  it('is the same with a name left out and a name without a value', () => {
    expect(canonical({ a: 1, b: undefined })).toBe(canonical({ a: 1 }));
  });

  it.each([
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: '1' }],
    [{ a: null }, {}],
  ])('%j and %j differ', (one, other) => {
    expect(canonical(one)).not.toBe(canonical(other));
  });
});
