import { setTimeout as pause } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { type BackOff, fullJitter } from '@/infrastructure/concurrency/back-off';

/** SQL text by name. Names sort in the order of application; a landed migration is never edited. */
export type Migrations = Readonly<Record<string, string>>;

// PostgreSQL manual, appendix A.
const DEADLOCK_DETECTED = '40P01';
const ATTEMPTS = 5;
const BETWEEN: BackOff = { firstMs: 200, longestMs: 2_000 };

/**
 * Brings a schema up to date, one transaction for all, under the migrator's lock, so that several processes may
 * start at once. A process of an older version may be at work meanwhile: where it and a migration wait for each other
 * and the database ends the migration, it is begun again, five times at most. Rejects with the database's error;
 * nothing is applied then.
 */
export async function migrate(
  url: string,
  schema: string,
  migrations: Migrations,
): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce(url, schema, migrations);
    } catch (error) {
      if (attempt === ATTEMPTS || (error as { code?: unknown }).code !== DEADLOCK_DETECTED) throw error;
      await pause(fullJitter(BETWEEN, attempt, Math.random()));
    }
  }
}

async function migrateOnce(url: string, schema: string, migrations: Migrations): Promise<readonly string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 2, options: `-c search_path="${schema}"` });
  // Who waits for the connection is told by what it asked; without a listener the process would end by it.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const database = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await createSchema(database, schema);
    const migrator = new Migrator({
      db: database,
      migrationTableSchema: schema,
      allowUnorderedMigrations: true,
      provider: {
        getMigrations: async () =>
          Object.fromEntries(
            Object.entries(migrations).map(([name, text]) => [
              name,
              { up: async (db: Kysely<unknown>) => void (await sql.raw(text).execute(db)) },
            ]),
          ),
      },
    });
    const { error, results } = await migrator.migrateToLatest();
    if (error) throw error;
    return (results ?? [])
      .filter((result) => result.status === 'Success')
      .map((result) => result.migrationName);
  } finally {
    await database.destroy();
  }
}

// `create schema if not exists` still fails when two sessions run it at once, hence the lock.
async function createSchema(database: Kysely<unknown>, schema: string): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('create schema', 0))`.execute(transaction);
    await sql`create schema if not exists ${sql.id(schema)}`.execute(transaction);
  });
}
