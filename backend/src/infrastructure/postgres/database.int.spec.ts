import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { Database } from './database';
import { migrate } from './migrate';
import { type SqlSession, sql } from './sql';

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await testDatabase();
  await migrate(server.url, 'shop', { 'test-0001': 'create table notes (text text primary key)' });
  // One connection, so that what comes later runs where the failure was.
  database = new Database({ url: server.url, schema: 'shop', maxConnections: 1, applicationName: 'spec' });
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

afterEach(() => database.run(sql`truncate notes`));

const insert = (session: SqlSession, text: string) => session.run(sql`insert into notes values (${text})`);
const notes = () => database.rows(sql`select text from notes`);
const refuse = (session: SqlSession) => session.run(sql`select 1 / 0`);

describe('statements of a transaction that are sent together', () => {
  it('see what those before them did, and may be the same one', async () => {
    const counted = await database.transaction(async (session) => {
      const [, , row] = await Promise.all([
        insert(session, 'a'),
        insert(session, 'b'),
        session.row<{ count: number }>(sql`select count(*)::int as count from notes`),
      ]);
      return row?.count;
    });
    expect(counted).toBe(2);
  });

  it.for([
    ['first', (session: SqlSession) => [refuse(session), insert(session, 'a'), insert(session, 'b')]],
    ['last', (session: SqlSession) => [insert(session, 'a'), insert(session, 'b'), refuse(session)]],
  ] as const)('have no effect where the %s of them fails, and its error is told', async ([, send]) => {
    const failing = database.transaction((session) => Promise.all(send(session)));
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await notes()).toEqual([]);
  });

  it('have none where the one that failed was awaited by nobody', async () => {
    const failing = database.transaction(async (session) => {
      refuse(session).catch(() => undefined);
      insert(session, 'a').catch(() => undefined);
    });
    await expect(failing).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' });
    expect(await notes()).toEqual([]);
  });

  it('are all refused where the connection ends between them; the next transaction gets another', async () => {
    const answers: PromiseSettledResult<unknown>[] = [];
    const failing = database.transaction(async (session) => {
      const sent = [
        insert(session, 'a'),
        session.run(sql`select pg_terminate_backend(pg_backend_pid())`),
        insert(session, 'b'),
      ];
      answers.push(...(await Promise.allSettled(sent)));
    });
    await expect(failing).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    const lost = { status: 'rejected', reason: { code: 'DATABASE_UNAVAILABLE' } };
    expect(answers).toMatchObject([{ status: 'fulfilled' }, lost, lost]);
    expect(await notes()).toEqual([]);
  });
});
