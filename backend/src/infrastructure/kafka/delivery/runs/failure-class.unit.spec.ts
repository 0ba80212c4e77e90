import { describe, expect, it } from 'vitest';
import { DatabaseUnavailableError } from '@/infrastructure/postgres/database.errors';
import { FencedError } from '../delivery.errors';
import { retryOptions } from '../delivery.options';
import { isFinal, isPassing } from './failure-class';

const coded = (code: string) => Object.assign(new Error(code), { code });

describe('a failure that costs no attempt', () => {
  it.each([
    ['our database away', new DatabaseUnavailableError('away')],
    [
      'the same, wrapped by the handler',
      new Error('wrapped', { cause: new DatabaseUnavailableError('away') }),
    ],
    ['a deadlock', coded('40P01')],
    ['a serialization failure', coded('40001')],
    ['a week of the inbox that was just made', Object.assign(coded('23514'), { table: 'inbox_default' })],
  ])('is %s', (_, error) => expect(isPassing(error)).toBe(true));

  it.each([
    ['a lost connection to something else', coded('ECONNREFUSED')],
    ['a constraint', coded('23505')],
    [
      'a check of the handler’s own table',
      Object.assign(coded('23514'), { table: 'sales', constraint: 'paid' }),
    ],
    ['a partition with a new owner', new FencedError('gone')],
    ['nothing at all', undefined],
  ])('is not %s', (_, error) => expect(isPassing(error)).toBe(false));
});

describe('a failure that no run helps', () => {
  class Declined extends Error {}

  it('is what the handler calls fatal', () => {
    const options = retryOptions.parse({ fatal: [Declined, 'GONE'] });
    expect(isFinal(new Declined(), options)).toBe(true);
    expect(isFinal(coded('GONE'), options)).toBe(true);
    expect(isFinal(new Error('else'), options)).toBe(false);
  });

  it('is all that is not retryable, where that is said', () => {
    const options = retryOptions.parse({ retryable: ['BUSY'] });
    expect(isFinal(coded('BUSY'), options)).toBe(false);
    expect(isFinal('a string', options)).toBe(true);
  });
});
