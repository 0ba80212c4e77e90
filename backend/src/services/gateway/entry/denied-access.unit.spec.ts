import { expect, it } from 'vitest';
import { Allowance } from './denied-access';

it('an allowance lets a burst through, then what time earns', () => {
  const allowance = new Allowance(10, 3);
  const taken = [0, 0, 0, 0, 50, 100, 100, 10_000, 10_000, 10_000, 10_000].map((now) => allowance.take(now));
  expect(taken).toEqual([true, true, true, false, false, true, false, true, true, true, false]);
});
