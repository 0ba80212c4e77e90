import type { ErrorKind } from './delivery.options';
import { causesOf, fieldOf } from './failure';

/** The error, or something it was caused by, is of one of the kinds: an instance of the class, or has the code. */
export function isOfKind(error: unknown, kinds: readonly ErrorKind[]): boolean {
  if (kinds.length === 0) return false;
  return [error, ...causesOf(error)].some((one) => kinds.some((kind) => matches(one, kind)));
}

function matches(error: unknown, kind: ErrorKind): boolean {
  if (typeof kind === 'string') return fieldOf(error, 'code') === kind;
  try {
    return error instanceof kind;
  } catch {
    // An error that does not let itself be looked at is of no kind.
    return false;
  }
}
