import { describe, expect, it } from 'vitest';
import { InvalidInputError } from './http.errors';
import { decodeCursor, encodeCursor, isSequence, toPage } from './page';

describe('a page of a list', () => {
  const page = (rows: number[], limit: number) => toPage(rows, limit, (row) => ({ row }), String);

  it('has a cursor to the row after its last one', () => {
    const { items, nextCursor } = page([1, 2, 3], 2);
    expect(items).toEqual([{ row: 1 }, { row: 2 }]);
    expect(decodeCursor(nextCursor ?? '', isSequence)).toBe('2');
  });

  it('has none when it is the last', () => {
    expect(page([1, 2], 2).nextCursor).toBeNull();
    expect(page([], 2)).toEqual({ items: [], nextCursor: null });
  });

  it('refuses a cursor that is not one', () => {
    expect(() => decodeCursor('%%%', () => true)).toThrow(InvalidInputError);
    expect(() => decodeCursor(encodeCursor('1; drop table'), isSequence)).toThrow(InvalidInputError);
    expect(decodeCursor(encodeCursor('42'), isSequence)).toBe('42');
  });
});
