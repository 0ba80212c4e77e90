import { type SqlSession, sql } from '@/infrastructure/postgres/sql';

/** Schemas of the services that publish by an outbox and remember their effects in an inbox. */
export async function serviceSchemas(session: SqlSession): Promise<readonly string[]> {
  const rows = await session.rows<{ schema: string }>(sql`
    select nspname as schema from pg_namespace
    where exists (select from pg_class where relnamespace = pg_namespace.oid and relname = 'outbox')
      and exists (select from pg_class where relnamespace = pg_namespace.oid and relname = 'inbox')
    order by nspname`);
  return rows.map(({ schema }) => schema);
}
