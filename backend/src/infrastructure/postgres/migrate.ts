import { Kysely, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';

/** SQL text by name. Names sort in the order of application; a landed migration is never edited. */
export type Migrations = Readonly<Record<string, string>>;

/**
 * Brings a schema up to date, one transaction for all, under the migrator's lock, so that several processes may
 * start at once. Rejects with the database's error; nothing is applied then.
 */
export async function migrate(
  url: string,
  schema: string,
  migrations: Migrations,
): Promise<readonly string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 2, options: `-c search_path="${schema}"` });
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
