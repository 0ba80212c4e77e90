import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { conditionOf, type SagaFilter, statusesOf } from './saga-filter';
import type { SagaStatus } from './saga-state';
import { type SagaView, type StoredSaga, toView } from './saga-view';

export type { SagaHistoryEntry, SagaView } from './saga-view';

export interface UnfinishedVersion {
  readonly type: string;
  readonly version: number;
  readonly count: number;
}

export interface SagaCount {
  readonly type: string;
  readonly status: SagaStatus;
  readonly count: number;
}

/** Where a page of sagas ends: the newest come first, and neither part ever changes. */
export interface SagaPosition {
  readonly startedAt: string;
  readonly id: string;
}

/** Entries of the history that a list shows of each saga. */
export const LISTED_ENTRIES = 20;

const time = (column: SqlQuery): SqlQuery =>
  sql`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** A request for the step in progress that is not a repetition. */
const askedAt = sql`(
  select ${time(sql`max(at)`)} from saga_history where saga_id = sagas.id and step = sagas.step
    and kind in ('step_requested', 'undo_requested') and coalesce(detail ->> 'attempt', '1') = '1')`;

const columns = (entries: SqlQuery): SqlQuery => sql`
  id, type, version, subject as "orderId", status, step, ${time(sql`deadline`)} as deadline,
  completed_steps as "completedSteps", state, context ->> 'currency' as currency,
  ${time(sql`created_at`)} as "startedAt", ${time(sql`updated_at`)} as "updatedAt",
  history_length as "historyLength", ${askedAt} as "askedAt",
  coalesce((
    select jsonb_agg(jsonb_build_object('at', ${time(sql`at`)}, 'step', step, 'kind', kind,
      'eventId', event_id, 'detail', detail) order by seq)
    from saga_history where saga_id = sagas.id and ${entries}), '[]') as history`;

/** The unfinished and the ended ones have an index each; conditions of this form let both be used. */
const UNFINISHED = sql`status in ('running', 'compensating', 'needs_attention')`;
const ENDED = sql`status in ('completed', 'compensated')`;

/** Looks without locks. */
export class SagaQueries {
  constructor(private readonly database: SqlSession) {}

  async find(id: string): Promise<SagaView | undefined> {
    const found = await this.database.row<StoredSaga>(sql`
      select ${columns(sql`true`)} from sagas where id = ${id}`);
    return found && toView(found);
  }

  /** Up to `limit` sagas, the newest first, and whether there are more. */
  async list(
    filter: SagaFilter,
    limit: number,
    after?: SagaPosition,
  ): Promise<{ readonly items: readonly SagaView[]; readonly more: boolean }> {
    const { unfinished, ended } = statusesOf(filter);
    const beyond = after
      ? sql`(created_at, id collate "C") < (${after.startedAt}::timestamptz, ${after.id})`
      : sql`true`;
    const newest = sql`order by created_at desc, id collate "C" desc limit ${limit + 1}::int`;
    const some = (part: SqlQuery, statuses: readonly SagaStatus[]) => sql`(
      select id, created_at from sagas
      where ${part} and status = any(${statuses}) and ${beyond} and ${conditionOf(filter)} ${newest})`;
    const rows = await this.database.rows<StoredSaga>(sql`
      select ${columns(sql`seq > sagas.history_length - ${LISTED_ENTRIES}::int`)} from sagas
      where id in (select id from (
        ${some(UNFINISHED, unfinished)} union all ${some(ENDED, ended)}) as newest ${newest})
      order by created_at desc, id collate "C" desc`);
    return { items: rows.slice(0, limit).map(toView), more: rows.length > limit };
  }

  /** How many there are of each type in each status; what there is none of is left out. */
  counts(): Promise<SagaCount[]> {
    const counted = (part: SqlQuery) => sql`
      select type, status, count(*)::int as count from sagas where ${part} group by type, status`;
    return this.database.rows<SagaCount>(sql`${counted(UNFINISHED)} union all ${counted(ENDED)}`);
  }

  unfinishedVersions(): Promise<UnfinishedVersion[]> {
    return this.database.rows<UnfinishedVersion>(sql`
      select type, version, count(*)::int as count from sagas
      where ${UNFINISHED} group by type, version order by type, version`);
  }

  /** Milliseconds to the next deadline by the database's clock, 0 when one has passed; undefined: none is set. */
  async untilNextDeadline(): Promise<number | undefined> {
    const row = await this.database.row<{ wait: number | null }>(sql`
      select greatest(0, extract(epoch from min(deadline) - clock_timestamp()) * 1000)::float8 as wait
      from sagas where deadline is not null`);
    return row?.wait ?? undefined;
  }
}
