import { describe, expect, it } from 'vitest';
import { MAX_LINES, MAX_QUANTITY, merged, subtotalMinor, takenByOrder } from './cart';

const line = (productId: string, quantity: number) => ({ productId, quantity });

describe('merging a visitor’s cart', () => {
  it('adds up what is in both and keeps the rest', () => {
    expect(merged([line('a', 1), line('b', 2)], [line('b', 3), line('c', 4)])).toEqual([
      line('a', 1),
      line('b', 5),
      line('c', 4),
    ]);
  });

  it('stays within the limits', () => {
    expect(merged([line('a', MAX_QUANTITY - 1)], [line('a', 5)])).toEqual([line('a', MAX_QUANTITY)]);
    const full = Array.from({ length: MAX_LINES }, (_, index) => line(`p${index}`, 1));
    expect(merged(full, [line('one more', 1), line('p0', 1)])).toHaveLength(MAX_LINES);
  });
});

describe('what an order takes from the cart', () => {
  it.each([
    ['all of it', [line('a', 2)], [line('a', 2)], [line('a', 2)]],
    ['a part', [line('a', 5)], [line('a', 2)], [line('a', 2)]],
    ['the lines of one product together', [line('a', 5)], [line('a', 2), line('a', 2)], [line('a', 4)]],
    ['no more than is there', [line('a', 1)], [line('a', 2)], [line('a', 1)]],
    ['nothing of other products', [line('a', 1)], [line('b', 2)], []],
  ])('is %s', (_what, cart, ordered, taken) => {
    expect(takenByOrder(cart, ordered)).toEqual(taken);
  });
});

it('sums in whole minor units', () => {
  const lines = [
    { ...line('a', 3), name: 'A', priceMinor: 1999 },
    { ...line('b', 1), name: 'B', priceMinor: 5 },
  ];
  expect(subtotalMinor(lines)).toBe(6002);
});
