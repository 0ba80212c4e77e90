import { createServer, type Server, type Socket, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { Database, type Transaction } from './database';
import { migrate } from './migrate';
import { sql } from './sql';

let server: TestDatabase;
let witness: Database;
const opened: Database[] = [];

function open(options: { url?: string; maxConnections?: number } = {}): Database {
  const database = new Database({
    url: server.url,
    schema: 'shop',
    maxConnections: 1,
    applicationName: 'deadline',
    ...options,
  });
  opened.push(database);
  return database;
}

beforeAll(async () => {
  server = await testDatabase();
  await migrate(server.url, 'shop', {
    'test-0001': `
      create table notes (text text primary key);
      create table slow_at_commit (text text);
      create function sleep_at_commit() returns trigger language plpgsql as
        $$ begin perform pg_sleep(60); return null; end $$;
      create constraint trigger sleeps after insert on slow_at_commit
        deferrable initially deferred for each row execute function sleep_at_commit();`,
  });
  witness = new Database({ url: server.url, schema: 'shop', maxConnections: 2, applicationName: 'witness' });
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
  await witness.run(sql`truncate notes`);
});

afterAll(async () => {
  await witness.close();
  await server.drop();
});

const pidOf = async (session: Transaction) =>
  (await session.row<{ pid: number }>(sql`select pg_backend_pid() as pid`))?.pid ?? 0;
const alive = async (pid: number) =>
  (await witness.rows(sql`select 1 from pg_stat_activity where pid = ${pid}`)).length > 0;
const notes = async () =>
  (await witness.rows<{ text: string }>(sql`select text from notes order by 1`)).map(({ text }) => text);
const insert = (session: Transaction, text: string) => session.run(sql`insert into notes values (${text})`);
const forever = () => new Promise<never>(() => undefined);

describe('a transaction with a time limit', () => {
  it('keeps its session for as long as it may take, however long it sends nothing', async () => {
    const patience = (session: Transaction) =>
      session.row(sql`select current_setting('idle_in_transaction_session_timeout') as is`);
    const database = open();
    expect(await database.transaction(patience, { timeoutMs: 5_000 })).toEqual({ is: '15s' });
    expect(await database.transaction(patience, { timeoutMs: 45_000 })).toEqual({ is: '1min' });
    expect(await database.transaction(patience)).toEqual({ is: '15s' });
  });

  it('commits what ends in time, and keeps its connection', async () => {
    const database = open();
    const first = await database.transaction(pidOf, { timeoutMs: 5_000 });
    await database.transaction((session) => insert(session, 'a'), { timeoutMs: 5_000 });
    expect(await database.transaction(pidOf, { timeoutMs: 5_000 })).toBe(first);
    expect(await notes()).toEqual(['a']);
  });

  it('ends the session of work that never settles; rejects only when its locks are free', async () => {
    const database = open();
    let pid = 0;
    const stuck = database.transaction(
      async (session) => {
        pid = await pidOf(session);
        await insert(session, 'stuck');
        await forever();
      },
      { timeoutMs: 300 },
    );
    await expect(stuck).rejects.toMatchObject({ code: 'HANDLER_TIMED_OUT', retryable: true });
    expect(pid).toBeGreaterThan(0);
    expect(await alive(pid)).toBe(false);
    // The same key: it would wait for the lock of a transaction that is still there.
    expect(await witness.run(sql`insert into notes values ('stuck') on conflict do nothing`)).toBe(1);
    // The only connection of the pool has been replaced.
    expect(await database.transaction(pidOf)).not.toBe(pid);
  });

  it('ends a statement that hangs in the server', async () => {
    const before = performance.now();
    const asleep = open().transaction((session) => session.run(sql`select pg_sleep(60)`), { timeoutMs: 200 });
    await expect(asleep).rejects.toMatchObject({ code: 'HANDLER_TIMED_OUT' });
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('refuses what late work still does, and does not commit when it resolves after all', async () => {
    const { promise: over, resolve: timeIsOver } = Promise.withResolvers<void>();
    let late: PromiseSettledResult<unknown> | undefined;
    const slow = open().transaction(
      async (session) => {
        await insert(session, 'early');
        await over;
        [late] = await Promise.allSettled([insert(session, 'late')]);
        return 'done';
      },
      { timeoutMs: 200, onTimeout: timeIsOver },
    );
    await expect(slow).rejects.toMatchObject({ code: 'HANDLER_TIMED_OUT' });
    expect(late).toMatchObject({ status: 'rejected', reason: { code: 'TRANSACTION_ENDED' } });
    expect(await notes()).toEqual([]);
  });

  it('tells of a commit that it had to end as of a lost connection, not as of a late handler', async () => {
    const committing = open().transaction(
      async (session) => {
        await insert(session, 'at commit');
        await session.run(sql`insert into slow_at_commit values ('x')`);
      },
      { timeoutMs: 300 },
    );
    await expect(committing).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await notes()).toEqual([]);
  });

  it('ends many at once', async () => {
    const database = open({ maxConnections: 12 });
    const stuck = Array.from({ length: 12 }, (_, index) =>
      database.transaction(
        async (session) => {
          await insert(session, `${index}`);
          await forever();
        },
        { timeoutMs: 300 },
      ),
    );
    const outcomes = await Promise.allSettled(stuck);
    expect(outcomes).toEqual(
      outcomes.map(() => ({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'HANDLER_TIMED_OUT' }),
      })),
    );
    expect(await database.rows(sql`select 1 from notes`)).toEqual([]);
  });

  it('gives the connection up where the server does not answer either', async () => {
    const line = await freezableLine(server.url);
    try {
      const database = open({ url: line.url });
      const stuck = database.transaction(
        async (session) => {
          await insert(session, 'unreachable');
          line.freeze();
          await session.run(sql`insert into notes values ('never arrives')`);
        },
        { timeoutMs: 300 },
      );
      await expect(stuck).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    } finally {
      line.close();
    }
    expect(await notes()).toEqual([]);
  });
});

describe('a transaction', () => {
  it('is not taken for committed when a failed statement was swallowed', async () => {
    const swallowing = open().transaction(async (session) => {
      await insert(session, 'a');
      await insert(session, 'a').catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' });
    expect(await notes()).toEqual([]);
  });
});

/** A line to the server that, once frozen, carries no byte and closes nothing. */
async function freezableLine(url: string) {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let frozen = false;
  const line: Server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.on('data', (bytes) => void (frozen || far.write(bytes)));
    far.on('data', (bytes) => void (frozen || near.write(bytes)));
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  const frozenUrl = new URL(url);
  frozenUrl.hostname = '127.0.0.1';
  frozenUrl.port = String((line.address() as AddressInfo).port);
  return {
    url: frozenUrl.href,
    freeze: () => {
      frozen = true;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      line.close();
    },
  };
}
