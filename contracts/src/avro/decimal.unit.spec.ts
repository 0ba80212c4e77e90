import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalBytes, decimalNumber, unscaledOf } from './decimal.ts';

const MONEY = { precision: 18, scale: 4 };

function bytesOf(value: number): Uint8Array {
  const unscaled = unscaledOf(value, MONEY);
  if (typeof unscaled === 'string') throw new Error(unscaled);
  return decimalBytes(unscaled, (length) => new Uint8Array(length));
}

const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

describe('decimal(18,4)', () => {
  it.each([
    [0, '00'],
    [0.0001, '01'],
    [-0.0001, 'ff'],
    [0.0127, '7f'],
    [0.0128, '0080'],
    [-0.0128, '80'],
    [19.99, '030cdc'],
    [-19.99, 'fcf324'],
    [14_073_748_835.5327, '7fffffffffff'],
    [99_999_999_999_999, '0de0b6b3a763d8f0'],
  ])('%d is the shortest two’s complement, big-endian', (value, hex) => {
    expect(hexOf(bytesOf(value))).toBe(hex);
  });

  it('gives back every amount of four decimals', () => {
    const amounts = fc.maxSafeInteger().map((unscaled) => unscaled / 10_000);
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(decimalNumber(bytesOf(amount), 4)).toBe(amount + 0);
      }),
    );
  });

  it('gives back numbers beyond the safe integers', () => {
    for (const value of [1e13, 12_345_678_901_234.5, -99_999_999_999_999, 900_719_925_475]) {
      expect(decimalNumber(bytesOf(value), 4)).toBe(value);
    }
  });

  it('refuses more decimals than the scale instead of rounding', () => {
    for (const value of [0.00001, 19.99999, 0.1 + 0.2, 1e-7, -5.00005, 1_000_000.000_01]) {
      expect(unscaledOf(value, MONEY)).toBe('has more than 4 decimals');
    }
  });

  it('never takes a number with more than four decimals for another', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), (value) => {
        const decimals = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
        const fits = decimals <= 4 && !String(value).includes('e');
        expect(typeof unscaledOf(value, MONEY) !== 'string').toBe(fits);
      }),
    );
  });

  it('refuses what has too many digits or is no number', () => {
    expect(unscaledOf(1e14, MONEY)).toBe('has more than 18 digits');
    expect(unscaledOf(-1e300, MONEY)).toBe('has more than 18 digits');
    expect(unscaledOf(1_000, { precision: 4, scale: 2 })).toBe('has more than 4 digits');
    expect(unscaledOf(Number.NaN, MONEY)).toBe('must be a finite number');
    expect(unscaledOf(Number.POSITIVE_INFINITY, MONEY)).toBe('must be a finite number');
  });
});
