import { describe, expect, it } from 'vitest';
import { isStorable, isStorableKey, storableKeyOf } from './storable';

describe('what PostgreSQL can keep', () => {
  it.each([
    ['text', 'Größe 👕', true],
    ['U+0000', 'a\0b', false],
    ['half a surrogate pair', '\ud83d', false],
    ['U+0000 deep inside', { items: [{ productId: 'a\0' }] }, false],
    ['U+0000 in a name', { 'a\0': 1 }, false],
    ['numbers, nothing and null', { a: 1, b: undefined, c: null, d: [true] }, true],
  ])('%s', (_, value, expected) => {
    expect(isStorable(value)).toBe(expected);
  });

  it('keys are neither empty nor longer than an index takes', () => {
    expect(isStorableKey('12345')).toBe(true);
    expect(isStorableKey('')).toBe(false);
    expect(isStorableKey('x'.repeat(513))).toBe(false);
  });

  it('a text that is no key has one of its own', () => {
    expect(storableKeyOf('12345')).toBe('12345');
    const keys = ['', 'a\0', 'x'.repeat(513), 'x'.repeat(514)].map(storableKeyOf);
    expect(keys.every(isStorableKey)).toBe(true);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
