import { isHeld } from '@/infrastructure/kafka/replay/replay-lock';
import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { rebuildLock, type RebuildProgress, type RebuildResult } from './projection-rebuild';

export type RebuildKind = 'rebuild' | 'compare';

export interface RebuildView {
  readonly id: string;
  readonly projection: string;
  readonly kind: RebuildKind;
  readonly begunBy: string;
  /** `interrupted`: its process ended before it did; the live tables are as they were. */
  readonly state: 'running' | 'done' | 'failed' | 'interrupted';
  readonly streams: number;
  readonly events: number;
  /** Of each table at one moment: what the live one had, null where there was none, and what the streams say. */
  readonly hashes: RebuildResult['hashes'] | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** Of the latest one: it runs for as long as it holds the lock, so that another may begin when it does not. */
const view = (schema: string): SqlQuery => sql`id, projection, kind, begun_by as "begunBy",
  case when ${isHeld(schema, sql`${rebuildLock('')} || projection`)} then 'running'
    when state = 'running' then 'interrupted' else state end as state,
  streams, events, hashes, error, started_at as "startedAt", ended_at as "endedAt"`;

/** By whoever holds the lock: one that is still running by its row is not any more. */
export async function insertRebuild(
  session: SqlSession,
  schema: string,
  { id, projection, kind, begunBy }: Pick<RebuildView, 'id' | 'projection' | 'kind' | 'begunBy'>,
): Promise<RebuildView> {
  await session.run(sql`
    update projection_rebuilds set state = 'interrupted', ended_at = clock_timestamp()
    where projection = ${projection} and state = 'running'`);
  await session.run(sql`
    insert into projection_rebuilds (id, projection, kind, begun_by)
    values (${id}, ${projection}, ${kind}, ${begunBy})`);
  const row = await session.row<RebuildView>(
    sql`select ${view(schema)} from projection_rebuilds where id = ${id}`,
  );
  if (!row) throw new Error(`Rebuild '${id}' was just written and is not there.`);
  return row;
}

export async function saveProgress(
  session: SqlSession,
  id: string,
  { streams, events }: RebuildProgress,
): Promise<void> {
  await session.run(sql`
    update projection_rebuilds set streams = ${streams}, events = ${events} where id = ${id}`);
}

/** In the transaction that makes it so. */
export async function saveDone(
  session: SqlSession,
  id: string,
  { streams, events, hashes }: RebuildResult,
): Promise<void> {
  await session.run(sql`
    update projection_rebuilds set state = 'done', streams = ${streams}, events = ${events},
      hashes = ${JSON.stringify(hashes)}::jsonb, ended_at = clock_timestamp()
    where id = ${id}`);
}

/** What is done stays done, whatever went wrong afterwards. */
export async function saveFailed(
  session: SqlSession,
  id: string,
  error: NonNullable<RebuildView['error']>,
): Promise<void> {
  await session.run(sql`
    update projection_rebuilds set state = 'failed', error = ${JSON.stringify(error)}::jsonb,
      ended_at = clock_timestamp()
    where id = ${id} and state = 'running'`);
}

export async function lastRebuild(
  session: SqlSession,
  schema: string,
  projection: string,
): Promise<RebuildView | null> {
  const row = await session.row<RebuildView>(sql`
    select ${view(schema)} from projection_rebuilds where projection = ${projection}
    order by started_at desc limit 1`);
  return row ?? null;
}
