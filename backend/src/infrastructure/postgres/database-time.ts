import { type SqlSession, sql } from './sql';

/** Ms since 1970 by the clock of the database, which all processes share. */
export async function databaseTime(session: SqlSession): Promise<number> {
  const row = await session.row<{ ms: number }>(
    sql`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`,
  );
  if (!row) throw new Error('The database does not tell the time.');
  return row.ms;
}
