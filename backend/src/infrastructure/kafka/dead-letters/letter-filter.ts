import { type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import type { LetterStatus } from './letter';

/** What must hold of a letter; everything that is given must. */
export interface LetterFilter {
  readonly group?: string | undefined;
  readonly handler?: string | undefined;
  readonly topic?: string | undefined;
  readonly eventType?: string | undefined;
  readonly key?: string | undefined;
  /** The cause's code. */
  readonly cause?: string | undefined;
  readonly status?: LetterStatus | undefined;
  /** ISO 8601: first failed at this time or later. */
  readonly from?: string | undefined;
  /** ISO 8601: first failed before this time. */
  readonly to?: string | undefined;
}

/** The filter as a condition on `dead_letters`. */
export function matching(filter: LetterFilter): SqlQuery {
  const equals: readonly [SqlQuery, unknown][] = [
    [sql`group_id`, filter.group],
    [sql`handler`, filter.handler],
    [sql`topic`, filter.topic],
    [sql`event_type`, filter.eventType],
    [sql`key`, filter.key === undefined ? undefined : Buffer.from(filter.key)],
    [sql`cause_code`, filter.cause],
    [sql`status`, filter.status],
  ];
  let condition = sql`true`;
  for (const [column, wanted] of equals) {
    if (wanted !== undefined) condition = sql`${condition} and dead_letters.${column} = ${wanted}`;
  }
  if (filter.from !== undefined)
    condition = sql`${condition} and first_failed_at >= ${filter.from}::timestamptz`;
  if (filter.to !== undefined) condition = sql`${condition} and first_failed_at < ${filter.to}::timestamptz`;
  return condition;
}
