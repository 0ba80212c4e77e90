import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deliveryMigrations } from '@/infrastructure/kafka/delivery/delivery.migrations';
import { laneMigrations } from '@/infrastructure/kafka/delivery/lanes.migrations';
import { loggerOf } from '@/infrastructure/observability/logger';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { InboxHorizon } from './inbox-horizon';
import { InboxKeeper } from './inbox-keeper';
import { InboxWeeks } from './inbox-weeks';
import { inboxMigrations } from './inbox.migrations';

const DAY = 86_400_000;
const WEEK = 7 * DAY;

let server: TestDatabase;
let database: Database;
let weeks: InboxWeeks;
let now: Date;

beforeAll(async () => {
  server = await testDatabase();
});

afterAll(() => server.drop());

// Partitions are part of the state, so each case has a schema of its own.
let nth = 0;
beforeEach(async () => {
  const schema = `inbox_spec_${nth++}`;
  await migrate(server.url, schema, { ...deliveryMigrations, ...laneMigrations, ...inboxMigrations });
  database = new Database({ url: server.url, schema, maxConnections: 8, applicationName: 'spec' });
  weeks = new InboxWeeks(database);
  now = (await database.row<{ now: Date }>(sql`select clock_timestamp() as now`))?.now ?? new Date();
  return () => database.close();
});

const ago = (ms: number) => new Date(now.getTime() - ms);

/** 1 where the event is new, 0 where its row was there. */
const enter = (identity: string, time: Date | '-infinity', session: SqlSession = database, handledAt = now) =>
  session.run(sql`
    insert into inbox (group_id, handler, event_identity, event_time, topic, partition, "offset", handled_at)
    values ('g', 'h', ${identity}, ${time instanceof Date ? time.toISOString() : time}::timestamptz, 't', 0, 0, ${handledAt})
    on conflict do nothing`);
const where = async () =>
  Object.fromEntries(
    (
      await database.rows<{ identity: string; part: string }>(
        sql`select event_identity as identity, tableoid::regclass::text as part from inbox`,
      )
    ).map(({ identity, part }) => [identity, part]),
  );
const identities = async () => Object.keys(await where()).toSorted();
const partitions = async () =>
  (
    await database.rows<{ name: string }>(
      sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'inbox'::regclass order by 1`,
    )
  ).map(({ name }) => name);

/** Weeks of the past as they were made when they were ahead. */
const hadWeeks = async (count: number) => {
  for (let week = count; week > 0; week--) await weeks.ensure(ago(week * WEEK));
};

describe('the weeks of the inbox', () => {
  it('are made ahead, once, however many do so at once', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => weeks.ensure(now)));
    expect(made.reduce((sum, one) => sum + one)).toBe(3);
    expect(await partitions()).toHaveLength(4);
    expect(await weeks.ensure(now)).toBe(0);
  });

  it('take over the rows of theirs that the default partition had, and know them after it', async () => {
    await enter('now', now);
    await enter('timeless', '-infinity');
    await weeks.ensure(now);
    const parts = await where();
    expect(parts['now']).toMatch(/^inbox_\d{8}$/);
    expect(parts['timeless']).toBe('inbox_default');
    expect(await enter('now', now)).toBe(0);
    expect(await enter('timeless', '-infinity')).toBe(0);
  });

  it('leave a week in the default partition that has too many rows there, and make the others', async () => {
    await database.run(sql`
      insert into inbox (group_id, handler, event_identity, event_time, topic, partition, "offset")
      select 'g', 'h', nth::text, ${now}, 't', 0, nth from generate_series(1, 10001) nth`);
    expect(await weeks.ensure(now)).toBe(2);
    expect(await enter('1', now)).toBe(0);
  });

  it('give up soon where a transaction holds the default partition, and come back', async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const { promise: entered, resolve: hasEntered } = Promise.withResolvers<void>();
    const slow = database.transaction(async (session) => {
      await enter('slow', '-infinity', session);
      hasEntered();
      await held;
    });
    await entered;
    const waiting = weeks.ensure(now).then(
      () => 'made',
      (error: { code: string }) => error.code,
    );
    // Queued behind the one that waits for the lock: it gets in when that one has given up.
    const before = performance.now();
    expect(await enter('quick', '-infinity')).toBe(1);
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(await waiting).toBe('55P03');
    letGo();
    await slow;
    expect(await weeks.ensure(now)).toBe(3);
    expect(await identities()).toEqual(['quick', 'slow']);
  });

  it('know a duplicate after a week and after two', async () => {
    await hadWeeks(3);
    for (const days of [0, 7, 14]) expect(await enter(`${days}`, ago(days * DAY))).toBe(1);
    for (const days of [0, 7, 14]) expect(await enter(`${days}`, ago(days * DAY))).toBe(0);
  });

  it('are dropped when they are past, and the others stay', async () => {
    await hadWeeks(4);
    await weeks.ensure(now);
    for (const days of [0, 7, 14, 28]) await enter(`${days}`, ago(days * DAY));
    const before = await partitions();
    const dropped = await weeks.dropBefore(ago(20 * DAY));
    expect(dropped.length).toBeGreaterThan(0);
    expect(await partitions()).toEqual(before.filter((name) => !dropped.includes(name)));
    expect(await identities()).toEqual(['0', '14', '7']);
  });

  it('are dropped once when several do so at once', async () => {
    await hadWeeks(4);
    await Promise.all([1, 2, 3].map(() => weeks.dropBefore(ago(20 * DAY))));
    expect(await weeks.dropBefore(ago(20 * DAY))).toEqual([]);
  });

  it('free their space where a long transaction keeps them from being dropped', async () => {
    await hadWeeks(4);
    await enter('old', ago(28 * DAY));
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const { promise: entered, resolve: hasEntered } = Promise.withResolvers<void>();
    const slow = database.transaction(async (session) => {
      await enter('new', now, session);
      hasEntered();
      await held;
    });
    await entered;
    await expect(weeks.dropBefore(ago(20 * DAY))).rejects.toMatchObject({ code: '55P03' });
    expect(await identities()).toEqual([]);
    letGo();
    await slow;
    expect(await weeks.dropBefore(ago(20 * DAY))).not.toEqual([]);
  });
});

describe('the default partition', () => {
  it('forgets what is past, by its own time or, without a sane one, by when it was written', async () => {
    await enter('new', now);
    await enter('old', ago(30 * DAY));
    await enter('timeless, written now', '-infinity');
    await enter('timeless, written long ago', '-infinity', database, ago(30 * DAY));
    await enter('of the future, written now', new Date(now.getTime() + 1_000 * DAY));
    await enter('of the future, written long ago', new Date(now.getTime() + DAY), database, ago(30 * DAY));
    expect(await weeks.forgetBefore(ago(20 * DAY))).toBe(3);
    expect(await identities()).toEqual(['new', 'of the future, written now', 'timeless, written now']);
  });

  it('is gone through to its end', async () => {
    await database.run(sql`
      insert into inbox (group_id, handler, event_identity, event_time, topic, partition, "offset")
      select 'g', 'h', repeat('x', 300) || nth, ${ago(30 * DAY)}, 't', 0, nth from generate_series(1, 20000) nth`);
    await enter('last', ago(30 * DAY));
    expect(await weeks.forgetBefore(ago(20 * DAY))).toBe(20_001);
  });
});

describe('the keeper of the inbox', () => {
  const keeperWith = (retentionMs: number, leastMs = 10 * DAY) => {
    const topic = { topic: 't', partitions: 1, replicationFactor: 1, partitionDetails: [] };
    const admin = {
      describeTopics: async () => [{ ...topic, config: { 'retention.ms': String(retentionMs) } }],
    };
    const horizon = new InboxHorizon({ leastMs, admin, topics: () => ['t'], clock: async () => Date.now() });
    return new InboxKeeper({ database, horizon, logger: loggerOf('spec') });
  };

  it.each([
    ['the option', 2 * DAY, ['0', '11']],
    ['the longest retention', 20 * DAY, ['0', '11', '13']],
    ['nothing where a topic keeps all', -1, ['0', '11', '13', '40']],
  ])('keeps to %s', async (_, retentionMs, kept) => {
    for (const days of [0, 11 - 0.5, 13, 40]) await enter(`${Math.ceil(days)}`, ago(days * DAY));
    await keeperWith(retentionMs).keep();
    expect(await identities()).toEqual(kept);
    expect(await partitions()).toHaveLength(4);
  });

  it('does so from its start on, and ends', async () => {
    const keeper = keeperWith(7 * DAY);
    keeper.start();
    await eventually(async () => (await partitions()).length === 4);
    await keeper.stop();
  });
});
