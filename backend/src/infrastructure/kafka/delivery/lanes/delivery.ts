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

export function headerText(record: LogRecord, name: string): string | undefined {
  const { headers } = record;
  for (let index = headers.length - 1; index >= 0; index--) {
    const header = headers[index];
    if (header && header[0] === name) return header[1]?.toString('utf8');
  }
  return undefined;
}

const OVERHEAD_BYTES = 800;
const HEADER_BYTES = 200;

/** What a waiting record costs in memory, about: its objects cost more than its bytes. */
export function sizeOf(record: LogRecord): number {
  let bytes = OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers) bytes += HEADER_BYTES + name.length + (value?.length ?? 0);
  return bytes;
}
