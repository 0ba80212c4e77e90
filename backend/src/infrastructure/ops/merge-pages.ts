export interface PageOf<Item> {
  readonly items: readonly Item[];
  /** Some come after the last of them. */
  readonly more: boolean;
}

/**
 * One page of several, the greatest position first. Behind the last item of a source that has more, that source may have
 * what belongs in between; so the page ends there at the latest.
 */
export function mergePages<Item>(
  pages: readonly PageOf<Item>[],
  limit: number,
  positionOf: (item: Item) => string,
): PageOf<Item> {
  const ends = pages.flatMap(({ items, more }) => {
    const last = items.at(-1);
    return more && last ? [positionOf(last)] : [];
  });
  const horizon = ends.toSorted().at(-1);
  const greatestFirst = (a: Item, b: Item): number => {
    const [left, right] = [positionOf(a), positionOf(b)];
    return left < right ? 1 : left > right ? -1 : 0;
  };
  const all = pages.flatMap(({ items }) => items).toSorted(greatestFirst);
  const certain = horizon === undefined ? all : all.filter((item) => positionOf(item) >= horizon);
  return { items: certain.slice(0, limit), more: ends.length > 0 || certain.length > limit };
}
