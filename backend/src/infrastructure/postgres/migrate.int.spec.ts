import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { Database } from './database';
import { migrate } from './migrate';
import { sql } from './sql';

let server: TestDatabase;
let witness: Database;

beforeAll(async () => {
  server = await testDatabase();
  witness = new Database({
    url: server.url,
    schema: 'public',
    maxConnections: 2,
    applicationName: 'witness',
  });
});

afterAll(async () => {
  await witness.close();
  await server.drop();
});

it('a migration whose connection is lost is refused, and applied from its beginning next time', async () => {
  const text = (rest: string) => `create table half (id int); ${rest}`;
  const migrating = migrate(server.url, 'migrated', { 'a-0001': text('select pg_sleep(60)') }).then(
    () => 'migrated',
    (error: unknown) => error,
  );
  await eventually(
    async () =>
      (await witness.run(sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and datname = current_database() and query like '%pg_sleep(60)%'`)) > 0,
  );
  expect(await migrating).toBeInstanceOf(Error);
  expect(await witness.rows(sql`select to_regclass('migrated.half') as half`)).toEqual([{ half: null }]);
  expect(await migrate(server.url, 'migrated', { 'a-0001': text('') })).toEqual(['a-0001']);
});
