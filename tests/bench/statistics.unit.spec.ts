import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, percentile, rounded, spreadOf } from '../../bench/src/report/statistics.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });

describe('statistics of the benches', () => {
  it('has the middle value as the median, between two the mean', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([7])).toBe(7);
  });

  it('has percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0)).toBe(1);
    expect(percentile(hundred, 1)).toBe(100);
  });

  it('leaves the values as they are, and stays within them', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const before = [...list];
        const low = Math.min(...list);
        const high = Math.max(...list);
        for (const value of [median(list), percentile(list, share)]) {
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(high);
        }
        expect(list).toEqual(before);
      }),
    );
  });

  it('says lowest and highest to four digits', () => {
    expect(spreadOf([2, 12_345.678, 1.234_56])).toEqual({ min: 1.235, max: 12_350 });
    expect(rounded(0)).toBe(0);
  });

  it('refuses to make figures of nothing', () => {
    for (const figure of [median, spreadOf, (none: number[]) => percentile(none, 0.5)]) {
      expect(() => figure([])).toThrow('of nothing');
    }
  });
});
