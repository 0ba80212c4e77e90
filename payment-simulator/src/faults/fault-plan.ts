import { DECLINE_CODES } from '../domain/test-cards.ts';
import type { Fault } from '../errors/simulator.errors.ts';
import { InvalidInputError } from '../errors/simulator.errors.ts';

export const FAULT_MODES = ['none', 'decline', 'delay', 'error', 'lost-reply'] as const;
export const FAULT_OPERATIONS = ['create', 'confirm', 'cancel', 'refund'] as const;

export type FaultMode = (typeof FAULT_MODES)[number];
export type FaultOperation = (typeof FAULT_OPERATIONS)[number];

export interface FaultSettings {
  /**
   * `decline`: the bank refuses. `delay`: the act and its answer come late. `error`: HTTP 500, nothing is done.
   * `lost-reply`: the act is done and kept, then the connection ends without an answer.
   */
  readonly mode: FaultMode;
  /** Share of requests that are struck, 0 to 1. */
  readonly rate: number;
  /** How late, for `delay`; milliseconds. */
  readonly delayMs: number;
  /** Why the bank refuses, for `decline`; one of Stripe's decline codes. */
  readonly declineCode: string;
  readonly operations: readonly FaultOperation[];
}

const LONGEST_DELAY_MS = 60_000;
const DEFAULT_DELAY_MS = 1_000;
const DEFAULT_DECLINE = 'generic_decline';

const STRUCK_BY_DEFAULT: Readonly<Record<FaultMode, readonly FaultOperation[]>> = {
  none: [],
  decline: ['confirm'],
  delay: FAULT_OPERATIONS,
  error: FAULT_OPERATIONS,
  'lost-reply': ['confirm', 'cancel', 'refund'],
};

const POSSIBLE: Readonly<Record<FaultMode, readonly FaultOperation[]>> = {
  none: FAULT_OPERATIONS,
  decline: ['confirm', 'refund'],
  delay: FAULT_OPERATIONS,
  error: FAULT_OPERATIONS,
  'lost-reply': FAULT_OPERATIONS,
};

const NO_FAULTS: FaultSettings = {
  mode: 'none',
  rate: 0,
  delayMs: 0,
  declineCode: DEFAULT_DECLINE,
  operations: [],
};

/** What goes wrong from now on. In memory only: a restarted simulator works well again. */
export class FaultPlan {
  readonly #random: () => number;
  #settings = NO_FAULTS;
  #struck = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  get settings(): FaultSettings & { readonly struck: number } {
    return { ...this.#settings, struck: this.#struck };
  }

  set(settings: FaultSettings): void {
    this.#settings = settings;
    this.#struck = 0;
  }

  /** The fault that strikes this request. */
  draw(operation: FaultOperation): FaultMode {
    const { mode, rate, operations } = this.#settings;
    if (mode === 'none' || !operations.includes(operation) || this.#random() >= rate) return 'none';
    this.#struck += 1;
    return mode;
  }
}

export function parseFaultSettings(input: unknown): FaultSettings {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InvalidInputError([{ path: 'body', message: 'must be a JSON object with a mode' }]);
  }
  const {
    mode,
    rate = 1,
    delayMs = DEFAULT_DELAY_MS,
    declineCode = DEFAULT_DECLINE,
    operations,
    ...unknown
  } = input as Record<string, unknown>;
  const faults: Fault[] = Object.keys(unknown).map((path) => ({ path, message: 'is not known' }));
  if (!isOneOf(FAULT_MODES, mode)) {
    faults.push({ path: 'mode', message: `must be one of ${FAULT_MODES.join(', ')}` });
  }
  if (typeof rate !== 'number' || !(rate >= 0 && rate <= 1)) {
    faults.push({ path: 'rate', message: 'must be a number from 0 to 1' });
  }
  if (!Number.isInteger(delayMs) || (delayMs as number) < 0 || (delayMs as number) > LONGEST_DELAY_MS) {
    faults.push({ path: 'delayMs', message: `must be whole milliseconds from 0 to ${LONGEST_DELAY_MS}` });
  }
  if (!isOneOf(DECLINE_CODES, declineCode)) {
    faults.push({ path: 'declineCode', message: `must be one of ${DECLINE_CODES.join(', ')}` });
  }
  if (operations !== undefined && isOneOf(FAULT_MODES, mode)) {
    const possible = POSSIBLE[mode];
    if (!Array.isArray(operations) || !operations.every((each) => isOneOf(possible, each))) {
      faults.push({ path: 'operations', message: `must be a list out of ${possible.join(', ')}` });
    }
  }
  if (faults.length > 0 || !isOneOf(FAULT_MODES, mode)) throw new InvalidInputError(faults);
  if (mode === 'none') return NO_FAULTS;
  return {
    mode,
    rate: rate as number,
    delayMs: delayMs as number,
    declineCode: declineCode as string,
    operations: (operations as FaultOperation[] | undefined) ?? STRUCK_BY_DEFAULT[mode],
  };
}

function isOneOf<T>(values: readonly T[], value: unknown): value is T {
  return (values as readonly unknown[]).includes(value);
}
