import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { ProjectedTable } from './projection';

/** Says what rows a table has, whatever their order: their number and the sum of their hashes. */
export async function tableHash(
  session: SqlSession,
  schema: string,
  { name, columns, json = [] }: ProjectedTable,
): Promise<string> {
  const list = columns
    .map((column) => (json.includes(column) ? sql`${sql.id(column)}::text` : sql.id(column)))
    .reduce((all, one) => sql`${all}, ${one}`);
  const row = await session.row<{ hash: string }>(sql`
    select count(*) || '-' || coalesce(sum(hash_record_extended(row(${list}), 0)), 0) as hash
    from ${sql.id(schema)}.${sql.id(name)}`);
  return row?.hash ?? '';
}
