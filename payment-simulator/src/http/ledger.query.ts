import type { LedgerPageRequest } from '../domain/ledger.ts';
import { type Fault, InvalidInputError } from '../errors/simulator.errors.ts';

const MOST = 5_000;

export interface LedgerQuery {
  readonly orderId?: unknown;
  readonly limit?: unknown;
  readonly cursor?: unknown;
}

/** Undefined where no page is asked for. Throws `InvalidInputError`. */
export function ledgerPageOf({ limit, cursor }: LedgerQuery): LedgerPageRequest | undefined {
  if (limit === undefined && cursor === undefined) return undefined;
  const faults: Fault[] = [];
  const lines = wholeOf(limit ?? MOST);
  const from = wholeOf(cursor ?? 0);
  if (lines === undefined || lines < 1 || lines > MOST)
    faults.push({ path: 'limit', message: `must be 1 to ${MOST}` });
  if (from === undefined) faults.push({ path: 'cursor', message: 'must be the nextCursor of a page' });
  if (lines === undefined || from === undefined || faults.length > 0) throw new InvalidInputError(faults);
  return { limit: lines, from };
}

const wholeOf = (value: unknown): number | undefined =>
  /^\d{1,12}$/.test(String(value)) ? Number(value) : undefined;
