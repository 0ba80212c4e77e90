import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Migrations, migrate } from '@/infrastructure/postgres/migrate';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { orderMigrations } from './order.migrations';

const before: Migrations = { 'order-001-tables': orderMigrations['order-001-tables'] ?? '' };
const pending = Object.keys(orderMigrations).filter((name) => !(name in before));

describe('the migration of orders into streams', () => {
  let own: TestDatabase;
  let older: pg.Client;

  beforeEach(async () => {
    own = await testDatabase();
    await migrate(own.url, 'order', before);
    older = new pg.Client({ connectionString: own.url });
    await older.connect();
    await older.query('set search_path = "order"');
  });
  afterEach(async () => {
    await older.end();
    await own.drop();
  });

  const placeOrder = (orderId: string) =>
    older.query(
      `insert into orders (order_id, user_id, status, flow, origin, data)
       values ($1, 'user-1', 'pending', 'saga', 'api', '{}')`,
      [orderId],
    );
  const writeHistory = (orderId: string) =>
    older.query(`insert into order_history (order_id, seq, status) values ($1, 1, 'pending')`, [orderId]);
  const streams = async () => (await older.query('select stream_id as id, version from streams')).rows;

  it('is done once by processes that start at once', async () => {
    await placeOrder('old');
    await writeHistory('old');
    const applied = await Promise.all(
      Array.from({ length: 4 }, () => migrate(own.url, 'order', orderMigrations)),
    );
    expect(applied.flat().toSorted()).toEqual(pending.toSorted());
    expect(await streams()).toEqual([{ id: 'old', version: 1 }]);
  });

  /** The migration begins when an older process has written an order, and waits for the rest of its transaction. */
  async function during(rest: () => Promise<void>): Promise<readonly string[]> {
    // So that it would be the migration that the database ends.
    await older.query(`set deadlock_timeout = '10s'`);
    await older.query('begin');
    await placeOrder('taken meanwhile');
    const migrated = migrate(own.url, 'order', orderMigrations);
    migrated.catch(() => undefined);
    const watcher = new pg.Client({ connectionString: own.url });
    await watcher.connect();
    const waiting = `select 1 from pg_locks where relation = '"order".orders'::regclass and not granted`;
    try {
      await eventually(async () => (await watcher.query(waiting)).rowCount === 1, {
        what: 'the migration to wait for the older process',
      });
      await rest();
      await older.query('commit');
      return await migrated;
    } finally {
      await older.query('rollback');
      await migrated.catch(() => undefined);
      await watcher.end();
    }
  }

  const deadlocks = async (): Promise<number> =>
    (await older.query('select deadlocks::int from pg_stat_database where datname = current_database()'))
      .rows[0].deadlocks;

  it('takes orders before their history, as an older process does', async () => {
    const applied = await during(async () => void (await writeHistory('taken meanwhile')));
    expect(await deadlocks()).toBe(0);
    expect(applied.toSorted()).toEqual(pending.toSorted());
    expect(await streams()).toEqual([{ id: 'taken meanwhile', version: 1 }]);
  });

  it('begins again when it and an older process wait for each other', async () => {
    const applied = await during(async () => {
      await writeHistory('taken meanwhile');
      await older.query(`insert into choreographies (order_id, state) values ('taken meanwhile', '{}')`);
    });
    await eventually(async () => (await deadlocks()) === 1, { what: 'the database to tell of the deadlock' });
    expect(applied.toSorted()).toEqual(pending.toSorted());
    expect(await streams()).toEqual([{ id: 'taken meanwhile', version: 1 }]);
  });
});
