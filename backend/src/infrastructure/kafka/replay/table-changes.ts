import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { TableChange, TableChanges } from './replay';

export type TableCounters = ReadonlyMap<string, TableChange>;

/**
 * Rows that the session has written so far, by table of the service. They may include earlier transactions that the
 * server has not added up yet (it does so only between transactions), so only a difference within one means something.
 */
export async function tableCounters(session: SqlSession): Promise<TableCounters> {
  const rows = await session.rows<TableChange & { name: string }>(sql`
    select relname as name, n_tup_ins::int as inserted, n_tup_upd::int as updated, n_tup_del::int as deleted
    from pg_stat_xact_user_tables
    where schemaname = current_schema() and n_tup_ins + n_tup_upd + n_tup_del > 0`);
  return new Map(rows.map(({ name, ...counts }) => [name, counts]));
}

/** By table, what came in between; tables without a change are left out. */
export function changesSince(before: TableCounters, after: TableCounters): TableChanges {
  const changes: Record<string, TableChange> = {};
  for (const [name, now] of after) {
    const then = before.get(name) ?? NOTHING;
    const change = {
      inserted: now.inserted - then.inserted,
      updated: now.updated - then.updated,
      deleted: now.deleted - then.deleted,
    };
    if (change.inserted + change.updated + change.deleted > 0) changes[name] = change;
  }
  return changes;
}

export function addChanges(a: TableChanges, b: TableChanges): TableChanges {
  const sum: Record<string, TableChange> = { ...a };
  for (const [name, { inserted, updated, deleted }] of Object.entries(b)) {
    const known = sum[name] ?? NOTHING;
    sum[name] = {
      inserted: known.inserted + inserted,
      updated: known.updated + updated,
      deleted: known.deleted + deleted,
    };
  }
  return sum;
}

const NOTHING: TableChange = { inserted: 0, updated: 0, deleted: 0 };
