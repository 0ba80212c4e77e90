import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { ParkedRow, Tenure } from '../delivery-store.port';
import type { LedgerEntry } from '../progress/offset-ledger';
import type { Ahead } from '../runs/lookahead';
import type { Plan } from '../runs/subscription-plan';

/** One record on its way to an outcome: read from the log just now (`entry`), or parked before (`row`). */
export interface Delivery {
  readonly tenure: Tenure;
  readonly record: LogRecord;
  readonly lane: string;
  readonly bytes: number;
  readonly entry: LedgerEntry | undefined;
  readonly row: ParkedRow | undefined;
  /** Present for effects outside SQL. */
  readonly ahead: Ahead | undefined;
  /** Undefined where only the decoded bytes tell the type. */
  plan: Plan | undefined;
  /** Failed runs that no table remembers: of an application without a database. */
  attempts: number;
}

/** Events of one key run in order; one without a key has nothing to be in order with. */
export const laneOf = ({ key, offset }: LogRecord): string =>
  key === null ? `n${offset}` : `k${key.toString('latin1')}`;
