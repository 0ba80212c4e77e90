import { CodedError } from '@/infrastructure/errors/coded-error';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { InvariantCheckRunningError, InvariantsUncheckedError } from './invariants.errors';

const RIGHT_TO_CHECK = sql`hashtextextended('invariants', 0)`;

/**
 * The one connection of a check. It has the temporary tables and, as a session lock, the right to check: both end with
 * it, however it ends. Rejects with `INVARIANT_CHECK_RUNNING` while a check of this database runs anywhere.
 */
export async function openCheckSession(databaseUrl: string): Promise<Database> {
  const database = new Database({
    url: databaseUrl,
    schema: 'pg_temp',
    maxConnections: 1,
    applicationName: 'invariants',
  });
  try {
    const lock = await database.row<{ taken: boolean }>(
      sql`select pg_try_advisory_lock(${RIGHT_TO_CHECK}) as taken`,
    );
    if (!lock?.taken) throw new InvariantCheckRunningError();
    return database;
  } catch (cause) {
    await database.close();
    throw uncheckedBy(cause);
  }
}

/** The right is free when it resolves; by the end of the connection alone, the server frees it some time after. */
export async function closeCheckSession(database: Database): Promise<void> {
  // A connection that is broken has lost it already.
  await database.run(sql`select pg_advisory_unlock(${RIGHT_TO_CHECK})`).catch(() => undefined);
  await database.close();
}

/** Errors with a code say themselves what is not there. */
export const uncheckedBy = (cause: unknown): CodedError =>
  cause instanceof CodedError ? cause : new InvariantsUncheckedError('something of it is not there', cause);
