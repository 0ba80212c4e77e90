import type { Letter } from '@/infrastructure/kafka/dead-letters/letter';
import type { LetterPosition } from '@/infrastructure/kafka/dead-letters/letter-queries';

export interface LetterPage {
  readonly items: readonly Letter[];
  /** Some come after the last of them. */
  readonly more: boolean;
}

/** Both parts are of fixed form, so that the texts sort like the list does. */
export const positionText = ({ firstFailedAt, id }: LetterPosition): string => `${firstFailedAt} ${id}`;

const POSITION = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const isPosition = (text: string): boolean => POSITION.test(text);

export function positionOf(text: string): LetterPosition | undefined {
  const [, firstFailedAt, id] = POSITION.exec(text) ?? [];
  return firstFailedAt === undefined || id === undefined ? undefined : { firstFailedAt, id };
}

/**
 * One page of several. Behind the last letter of a source that has more, that source may have what belongs in between;
 * so the page ends there at the latest.
 */
export function mergeLetters(pages: readonly LetterPage[], limit: number): LetterPage {
  const ends = pages.flatMap(({ items, more }) => {
    const last = items.at(-1);
    return more && last ? [positionText(last)] : [];
  });
  const horizon = ends.toSorted().at(-1);
  const all = pages.flatMap(({ items }) => items).toSorted(newestFirst);
  const certain = horizon === undefined ? all : all.filter((letter) => positionText(letter) >= horizon);
  return { items: certain.slice(0, limit), more: ends.length > 0 || certain.length > limit };
}

function newestFirst(a: Letter, b: Letter): number {
  const [left, right] = [positionText(a), positionText(b)];
  return left < right ? 1 : left > right ? -1 : 0;
}
