import { z } from 'zod';
import { InvalidInputError } from './http.errors';

/** The shape of every list. `nextCursor` is null on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** `limit` and `cursor` of a list's query string. */
export const pageQuery = (defaults: { limit: number; max: number }) => ({
  limit: z.coerce.number().int().min(1).max(defaults.max).default(defaults.limit),
  cursor: z.string().max(512).optional(),
});

/** `rows` holds one more than `limit` when there is a next page. `position` is what the next query starts after. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  position: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(item),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null,
  };
}

export const encodeCursor = (position: string): string => Buffer.from(position, 'utf8').toString('base64url');

/** Undefined without a cursor. Throws `InvalidInputError` for one that `isPosition` does not know. */
export function decodeCursor(
  cursor: string | undefined,
  isPosition: (position: string) => boolean,
): string | undefined {
  if (cursor === undefined) return undefined;
  const position = Buffer.from(cursor, 'base64url').toString('utf8');
  if (position === '' || encodeCursor(position) !== cursor || !isPosition(position)) {
    throw new InvalidInputError([{ path: 'cursor', message: 'is not a cursor of this list' }]);
  }
  return position;
}

export const isSequence = (position: string): boolean => /^\d{1,18}$/.test(position);
