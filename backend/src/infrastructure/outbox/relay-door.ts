import type { Database } from '@/infrastructure/postgres/database';
import type { OutboxRow } from './outbox-rows';

/** Told of every append: how many records, how long it took in ms, and whether the log took them. */
export type AppendObserver = (records: number, ms: number, ok: boolean) => void;

/** What of an outbox a relay may move. */
export interface Ownership {
  readonly shards: readonly number[];
  /** False once another relay may own them as well. */
  held(): boolean;
}

export interface Batch {
  readonly owned: Ownership;
  /** No row has a lower number than this. */
  readonly from: string;
  readonly limit: number;
}

export interface Moved {
  readonly rows: number;
  /** Rows that the log will not take; they are set apart with their aggregate. */
  readonly refused: number;
  /** Rows that were, or may have been, in the log before this append. */
  readonly repeated: number;
  /** True where more rows may wait already. */
  readonly more: boolean;
}

/**
 * How a batch of rows gets into the log. Rejects where some could not be moved for now; what was appended is deleted
 * nevertheless.
 *
 * Two doors at once, that of a relay which lost its shards included, keep the order: a batch holds of each aggregate the
 * oldest rows and no gap. So whatever goes first, a row's first record follows the first record of the row before it.
 */
export interface RelayDoor {
  move(database: Database, batch: Batch): Promise<Moved>;
}

export const NOTHING_MOVED: Moved = { rows: 0, refused: 0, repeated: 0, more: false };

export const byAggregate = (rows: readonly OutboxRow[]): OutboxRow[][] => [
  ...Map.groupBy(rows, ({ aggregate }) => aggregate).values(),
];

export const seqsOf = (rows: readonly OutboxRow[]): string[] => rows.map(({ seq }) => seq);

export const bytesOf = (rows: readonly OutboxRow[]): number =>
  rows.reduce((sum, { record }) => sum + (record.value?.length ?? 0), 0);

export async function observed<T>(
  observe: AppendObserver,
  records: number,
  append: () => Promise<T>,
): Promise<T> {
  const begun = performance.now();
  try {
    const result = await append();
    observe(records, performance.now() - begun, true);
    return result;
  } catch (error) {
    observe(records, performance.now() - begun, false);
    throw error;
  }
}
