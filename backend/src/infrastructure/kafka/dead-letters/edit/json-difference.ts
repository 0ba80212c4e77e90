export interface Difference {
  /** Such as `data.items[0].price`. */
  readonly path: string;
  /** Undefined where there was nothing. */
  readonly before: unknown;
  readonly after: unknown;
}

const MOST = 200;

/** Where two JSON values differ, the deepest places, at most two hundred. */
export function differences(before: unknown, after: unknown, path = 'data'): Difference[] {
  if (Object.is(before, after)) return [];
  const [left, right] = [membersOf(before), membersOf(after)];
  if (!left || !right || Array.isArray(before) !== Array.isArray(after)) return [{ path, before, after }];
  const found: Difference[] = [];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const inside = typeof name === 'number' ? `${path}[${name}]` : `${path}.${name}`;
    found.push(...differences(left.get(name), right.get(name), inside));
    if (found.length >= MOST) return found.slice(0, MOST);
  }
  return found;
}

function membersOf(value: unknown): ReadonlyMap<string | number, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.entries());
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map(Object.entries(value).filter(([, member]) => member !== undefined));
}
