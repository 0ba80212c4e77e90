export interface PageRequest {
  readonly limit: number;
  readonly startingAfter?: string | undefined;
  readonly endingBefore?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
}

/** Things by id, in the order in which they first came. */
export class Collection<T extends { readonly id: string }> {
  readonly #items: T[] = [];
  readonly #places = new Map<string, number>();

  get size(): number {
    return this.#items.length;
  }

  get(id: string): T | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#items[place];
  }

  put(item: T): void {
    const place = this.#places.get(item.id) ?? this.#items.length;
    this.#items[place] = item;
    this.#places.set(item.id, place);
  }

  page(request: PageRequest): Page<T> {
    return newestFirst(this.#items, request, (id) => this.#places.get(id));
  }
}

/** A page of a list kept oldest first. An id that `placeOf` does not know gives an empty page. */
function newestFirst<T>(
  items: readonly T[],
  { limit, startingAfter, endingBefore }: PageRequest,
  placeOf: (id: string) => number | undefined,
): Page<T> {
  if (endingBefore !== undefined) {
    const from = (placeOf(endingBefore) ?? items.length) + 1;
    const page = items.slice(from, from + limit);
    return { items: page.toReversed(), hasMore: items.length > from + limit };
  }
  const to = startingAfter === undefined ? items.length : (placeOf(startingAfter) ?? 0);
  const from = Math.max(0, to - limit);
  return { items: items.slice(from, to).toReversed(), hasMore: from > 0 };
}
