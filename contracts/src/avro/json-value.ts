export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue | undefined;
}

const DEEPEST = 32;

/** Where and why a value would not survive JSON, undefined if it does. Members that are undefined are left out. */
export function jsonFault(
  value: unknown,
  path: string,
  depth = 0,
): { path: string; message: string } | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { path, message: 'must be a finite number' };
  }
  if (typeof value !== 'object') return { path, message: 'must be a JSON value' };
  if (depth === DEEPEST) return { path, message: `is nested deeper than ${DEEPEST} levels` };
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const fault = jsonFault(item, `${path}[${index}]`, depth + 1);
      if (fault) return fault;
    }
    return undefined;
  }
  if (!isPlain(value)) return { path, message: 'must be a JSON value' };
  for (const [name, member] of Object.entries(value)) {
    const fault = member === undefined ? undefined : jsonFault(member, `${path}.${name}`, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
