import { expect, it } from 'vitest';
import type { Letter } from '@/infrastructure/kafka/dead-letters/letter';
import { isPosition, type LetterPage, mergeLetters, positionOf, positionText } from './merge-letters';

const UUID = '00000000-0000-7000-8000-';
const letter = (n: number): Letter =>
  ({
    id: UUID + String(n).padStart(12, '0'),
    firstFailedAt: `2026-03-01T10:00:00.${String(Math.floor(n / 3)).padStart(6, '0')}Z`,
  }) as Letter;

/** A source that answers pages of up to `size` letters. */
function source(numbers: readonly number[], size: number) {
  const sorted = numbers.map(letter).toSorted((a, b) => (positionText(a) < positionText(b) ? 1 : -1));
  return (after: string | undefined): LetterPage => {
    const rest = sorted.filter((one) => after === undefined || positionText(one) < after);
    return { items: rest.slice(0, size), more: rest.length > size };
  };
}

it('pages of several sources are read whole and in order, however long each source makes them', () => {
  const all = Array.from({ length: 60 }, (_, n) => n);
  const sources = [
    source(
      all.filter((n) => n % 3 === 0),
      2,
    ),
    source(
      all.filter((n) => n % 3 === 1),
      50,
    ),
    source(
      all.filter((n) => n % 3 === 2 && n < 9),
      7,
    ),
    source([], 5),
  ];
  const seen: string[] = [];
  for (let pages = 0; pages < 100; pages++) {
    const page = mergeLetters(
      sources.map((next) => next(seen.at(-1))),
      7,
    );
    seen.push(...page.items.map(positionText));
    if (!page.more) break;
    expect(page.items.length).toBeGreaterThan(0);
  }
  const expected = all.filter((n) => n % 3 !== 2 || n < 9).map((n) => positionText(letter(n)));
  expect(seen).toEqual(expected.toSorted().toReversed());
});

it('a position is read back, and nothing else is one', () => {
  const text = positionText(letter(5));
  expect(positionOf(text)).toEqual({ firstFailedAt: letter(5).firstFailedAt, id: letter(5).id });
  for (const other of ['', '17', `${text}x`, text.replace('Z', ''), text.toUpperCase()]) {
    expect(isPosition(other) && other !== text).toBe(false);
  }
});
