import { describe, expect, it } from 'vitest';
import {
  crossesDown,
  linesFault,
  missingLines,
  onReleased,
  onRequested,
  RELEASED,
  type ReservationStatus,
  shortage,
  sumLines,
} from './reservation';

const line = (productId: string, quantity: number) => ({ productId, quantity });

describe('a reservation', () => {
  it('sums the lines of one product and orders them by product', () => {
    expect(sumLines([line('b', 1), line('a', 2), line('b', 3)])).toEqual([line('a', 2), line('b', 4)]);
  });

  it('orders products by code unit, as the database locks them', () => {
    expect(sumLines([line('b', 1), line('B', 1), line('a', 1)]).map(({ productId }) => productId)).toEqual([
      'B',
      'a',
      'b',
    ]);
  });

  it.each([
    [[], 'NOTHING_TO_RESERVE'],
    [[line('a', 0)], 'INVALID_QUANTITY'],
    [[line('a', 1), line('b', -1)], 'INVALID_QUANTITY'],
    [[line('a', 1.5)], 'INVALID_QUANTITY'],
    [[line('a', 2_000_000)], 'INVALID_QUANTITY'],
    [[line('a', 1)], undefined],
  ])('of %j: %s', (lines, code) => {
    expect(linesFault(lines)?.code).toBe(code);
  });

  it('finds the first line that is short', () => {
    const stock = new Map([
      ['a', 2],
      ['b', 0],
    ]);
    const available = (productId: string) => stock.get(productId);
    expect(shortage([line('a', 2)], available)).toBeUndefined();
    expect(shortage([line('a', 2), line('b', 1)], available)).toMatchObject({
      code: 'OUT_OF_STOCK',
      productId: 'b',
    });
    expect(shortage([line('c', 1)], available)).toMatchObject({ code: 'UNKNOWN_PRODUCT', productId: 'c' });
  });

  it.each<[ReservationStatus | undefined, string]>([
    [undefined, 'take'],
    ['reserved', 'answer_reserved'],
    ['sold', 'answer_reserved'],
    ['failed', 'answer_failed'],
    ['released', 'refuse_released'],
  ])('requested when it is %s: %s', (status, decision) => {
    expect(onRequested(status && { status, attempt: 1 })).toBe(decision);
  });

  it.each<[ReservationStatus, number, string]>([
    ['reserved', 3, 'answer_reserved'],
    ['sold', 3, 'answer_reserved'],
    ['failed', 3, 'take'],
    ['released', 3, 'take'],
    ['released', 2, 'refuse_released'],
    ['reserved', 1, 'ignore'],
    ['released', 1, 'ignore'],
  ])('of which the second attempt is %s, requested by attempt %i: %s', (status, attempt, decision) => {
    expect(onRequested({ status, attempt: 2 }, attempt)).toBe(decision);
  });

  it('of an order that is over is refused, by whatever attempt it is requested', () => {
    const over = { status: 'released', attempt: 2, failure: RELEASED } as const;
    expect([2, 3, 99].map((attempt) => onRequested(over, attempt))).toEqual(Array(3).fill('refuse_released'));
  });

  it.each<[ReservationStatus | undefined, number | undefined, boolean, number, boolean]>([
    [undefined, undefined, false, 1, true],
    [undefined, 2, false, 2, false],
    ['reserved', undefined, true, 2, true],
    ['reserved', 2, true, 2, false],
    ['sold', 3, true, 3, false],
    ['failed', 2, false, 2, false],
    ['released', 2, false, 2, false],
    ['released', undefined, false, 2, true],
  ])('of which the second attempt is %s, released up to %s', (status, upTo, givesBack, attempt, over) => {
    const known = status && { status, attempt: 2, failure: null };
    const failure = over ? RELEASED : null;
    expect(onReleased(known, upTo)).toEqual({ givesBack, attempt, failure });
  });

  it('is not touched by the release of an attempt before it, and stays over when it is', () => {
    expect(onReleased({ status: 'reserved', attempt: 2 }, 1)).toBeUndefined();
    const over = { status: 'released', attempt: 2, failure: RELEASED } as const;
    expect(onReleased(over, 3)).toMatchObject({ failure: RELEASED });
    const failed = { status: 'failed', attempt: 2, failure: { code: 'OUT_OF_STOCK', message: '' } } as const;
    expect(onReleased(failed, 2)).toMatchObject({ failure: null });
  });

  it('takes only what the order does not hold yet', () => {
    expect(missingLines([line('a', 1), line('b', 2)], [line('a', 1)])).toEqual([line('b', 2)]);
  });

  it('calls stock low once per crossing', () => {
    expect(crossesDown(6, 5, 5)).toBe(true);
    expect(crossesDown(5, 4, 5)).toBe(false);
    expect(crossesDown(4, 6, 5)).toBe(false);
  });
});
