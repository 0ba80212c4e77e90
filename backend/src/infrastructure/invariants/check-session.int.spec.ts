import { afterAll, beforeAll, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { closeCheckSession, openCheckSession } from './check-session';

let database: TestDatabase;
let other: TestDatabase;
beforeAll(async () => {
  [database, other] = await Promise.all([testDatabase(), testDatabase()]);
});
afterAll(async () => {
  await database?.drop();
  await other?.drop();
});

it('gives the right to check a database to one at a time', async () => {
  const first = await openCheckSession(database.url);
  await expect(openCheckSession(database.url)).rejects.toMatchObject({
    code: 'INVARIANT_CHECK_RUNNING',
    status: 409,
  });
  const elsewhere = await openCheckSession(other.url);
  await closeCheckSession(elsewhere);
  await closeCheckSession(first);
  const next = await openCheckSession(database.url);
  await closeCheckSession(next);
});

it('gives it on when the connection of a check is lost', async () => {
  const lost = await openCheckSession(database.url);
  const row = await lost.row<{ pid: number }>(sql`select pg_backend_pid() as pid`);
  const judge = await openCheckSession(other.url);
  const ended = await judge.row<{ ended: boolean }>(sql`select pg_terminate_backend(${row?.pid}) as ended`);
  expect(ended).toEqual({ ended: true });
  const next = await eventually(() => openCheckSession(database.url));
  await Promise.all([lost, judge, next].map(closeCheckSession));
});

it('says that nothing can be checked where there is no database', async () => {
  const nowhere = new URL(database.url);
  nowhere.pathname = '/nothing_of_this_name';
  await expect(openCheckSession(nowhere.href)).rejects.toMatchObject({ code: 'INVARIANTS_UNCHECKED' });
});
