import { describe, expect, it } from 'vitest';
import { fromMinorUnits, toMinorUnits } from './minor-units';

describe('minor units', () => {
  it.each([
    [19.99, 'EUR', 1999],
    [0.1, 'EUR', 10],
    [1.005, 'EUR', undefined],
    [4.35, 'EUR', 435],
    [1.1, 'EUR', 110],
    [1e-7, 'EUR', undefined],
    [1000, 'JPY', 1000],
    [0.5, 'JPY', undefined],
    [1.234, 'KWD', 1234],
    [99_999_999_999.99, 'EUR', 9_999_999_999_999],
    [1e20, 'EUR', undefined],
    [Number.NaN, 'EUR', undefined],
    [Number.POSITIVE_INFINITY, 'EUR', undefined],
    [-4.35, 'EUR', -435],
  ])('%d %s is %s', (amount, currency, minor) => {
    expect(toMinorUnits(amount, currency)).toBe(minor);
    if (minor !== undefined) expect(fromMinorUnits(minor, currency)).toBe(amount);
  });

  it('every amount of cents comes back as it was', () => {
    for (let minor = 0; minor < 100_000; minor += 7) {
      expect(toMinorUnits(fromMinorUnits(minor, 'EUR'), 'EUR')).toBe(minor);
    }
  });
});
