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

/** What a mode does with the events of its range. */
export interface ReplayEffect {
  /** An event that failed, or waits in the live group, holds what is behind it in its lane. */
  readonly keepsOrder: boolean;
  prepare(): Promise<void>;
  plan(partition: ReplayPartition, items: readonly ReplayItem[]): Promise<PagePlan>;
  /** Rejects with what the handler threw; then the event has had no effect. */
  run(item: ReplayItem): Promise<ItemOutcome>;
  /** After the last page, where nothing failed; `end` is part of the same transaction as what is still to be done. */
  finish(end: (session: SqlSession) => Promise<void>): Promise<void>;
  /** After a cancellation, and after a failure of the whole. */
  discard(): Promise<void>;
}
