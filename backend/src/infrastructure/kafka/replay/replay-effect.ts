import type { SqlSession } from '@/infrastructure/postgres/sql';
import type { LeftOut } from './left-out';
import type { ReplayPartition, TableChanges } from './replay';
import type { ReplayItem } from './replay-item';

export interface RunReport {
  readonly mutedEvents: readonly string[];
  readonly mutedCalls: readonly string[];
  /** What a run that was rolled back had changed. */
  readonly changes?: TableChanges;
}

/** `done`: this replay ran it before it was interrupted. */
export type ItemOutcome =
  | { readonly kind: 'run'; readonly report: RunReport }
  | { readonly kind: 'done' }
  | { readonly kind: 'left-out'; readonly why: LeftOut };

export const leftOut = (why: LeftOut): ItemOutcome => ({ kind: 'left-out', why });
export const ran = (report: Partial<RunReport> = {}): ItemOutcome => ({
  kind: 'run',
  report: { mutedEvents: [], mutedCalls: [], ...report },
});

/** What is to become of one page's items, decided for all at once. */
export interface PagePlan {
  /** Undefined: it is to run. By position in the page's items. */
  outcomeOf(index: number): ItemOutcome | undefined;
  /** The item as it runs: a person may have mended its value. */
  itemOf(index: number): ReplayItem;
}

export interface Ending {
  /** Rejects when the replay was cancelled, or has to stop. */
  goOn(): Promise<void>;
  /** An event that was run on the way to the end. */
  ran(item: ReplayItem, outcome: ItemOutcome): void;
  /** Ends the replay in the same transaction as what was still to be done for it. */
  end(session: SqlSession): Promise<void>;
}

/** What a mode does with the events of its range. */
export interface ReplayEffect {
  /** An event that failed, or waits in the live group, holds what is behind it in its lane. */
  readonly keepsOrder: boolean;
  prepare(): Promise<void>;
  plan(partition: ReplayPartition, items: readonly ReplayItem[]): Promise<PagePlan>;
  /** Rejects with what the handler threw; then the event has had no effect. */
  run(item: ReplayItem): Promise<ItemOutcome>;
  /** In one transaction, in their order. Rejects with what a handler threw; then none of them has had an effect. */
  runTogether?(items: readonly ReplayItem[]): Promise<readonly ItemOutcome[]>;
  /** Where the live group is by now, for a mode that has to follow it. In the order of the replay's partitions. */
  reached?(): Promise<readonly bigint[]>;
  /** After the last page, where nothing failed. */
  finish(ending: Ending): Promise<void>;
  /** After a cancellation, and after a failure of the whole. */
  discard(): Promise<void>;
}
