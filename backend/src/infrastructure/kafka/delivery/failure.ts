import { inspect } from 'node:util';

export interface ErrorSummary {
  /** The error's own stable code, `HANDLER_FAILED` where it has none. */
  readonly code: string;
  readonly name: string;
  readonly message: string;
}

/** Why a run failed, as it is stored: short enough for a row and a header, and only text that PostgreSQL takes. */
export interface FailureCause extends ErrorSummary {
  /** What it was caused by, nearest first, at most ten. */
  readonly chain: readonly ErrorSummary[];
}

const NO_CODE = 'HANDLER_FAILED';
const CODE = /^[\w.-]{1,100}$/;
const MOST_CAUSES = 10;
const LONGEST_MESSAGE = 2_000;
const LONGEST_NAME = 200;

/** Handlers throw anything, also nothing, and objects whose fields throw. Never throws itself. */
export function describeError(value: unknown): FailureCause {
  return { ...summaryOf(value), chain: causesOf(value).map(summaryOf) };
}

/** What a value was caused by, nearest first, at most ten; stops where the chain comes back to itself. Never throws. */
export function causesOf(value: unknown): readonly unknown[] {
  const seen = new Set([value]);
  for (let cause = causeOf(value); cause !== undefined && seen.size <= MOST_CAUSES; cause = causeOf(cause)) {
    if (seen.has(cause)) break;
    seen.add(cause);
  }
  return [...seen].slice(1);
}

/** A field of anything; undefined where it has none or does not let itself be read. */
export function fieldOf(value: unknown, field: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[field];
  } catch {
    return undefined;
  }
}

function causeOf(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  const cause = fieldOf(value, 'cause') ?? fieldOf(fieldOf(value, 'errors'), '0');
  return cause ?? undefined;
}

function summaryOf(value: unknown): ErrorSummary {
  if (!isObject(value))
    return { code: NO_CODE, name: nameOfPrimitive(value), message: limited(shown(value)) };
  const code = fieldOf(value, 'code');
  const message = fieldOf(value, 'message');
  return {
    code: typeof code === 'string' && CODE.test(code) ? code : NO_CODE,
    name: limited(nameOfObject(value), LONGEST_NAME),
    message: limited(typeof message === 'string' ? message : shown(value)),
  };
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** A class of errors that does not name itself is known by its class. */
function nameOfObject(value: object): string {
  const given = fieldOf(value, 'name');
  const own = given === 'Error' ? fieldOf(fieldOf(value, 'constructor'), 'name') : given;
  return typeof own === 'string' && own !== '' ? own : 'object';
}

const nameOfPrimitive = (value: unknown) => (value === null ? 'null' : typeof value);

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    // Not `String`, which itself throws for an object without a prototype.
    return inspect(value, { depth: 0, customInspect: false, maxStringLength: LONGEST_MESSAGE });
  } catch {
    return 'a value that cannot be shown';
  }
}

/** PostgreSQL takes neither NUL nor half of a surrogate pair. */
const limited = (text: string, longest = LONGEST_MESSAGE) =>
  text.slice(0, longest).replaceAll('\0', '').toWellFormed();
