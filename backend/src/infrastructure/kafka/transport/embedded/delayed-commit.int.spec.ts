import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, type Transaction } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';
import { outgoing, text } from '../conformance/support/records';
import { EmbeddedTransport } from './embedded-transport';

/** Two appenders, one of which takes its time between the append and the commit. */
describe('A delayed commit', () => {
  let server: TestDatabase;
  let database: Database;
  let first: EmbeddedTransport;
  let second: EmbeddedTransport;

  beforeAll(async () => {
    server = await testDatabase();
    database = new Database({
      url: server.url,
      schema: 'log',
      maxConnections: 3,
      applicationName: 'delayed-commit',
    });
    first = new EmbeddedTransport({ url: server.url });
    second = new EmbeddedTransport({ url: server.url });
    await Promise.all([first.open(), second.open()]);
  });

  afterAll(async () => {
    await Promise.all([first.close(), second.close()]);
    await database.close();
    await server.drop();
  });

  async function newTopic(): Promise<string> {
    const topic = unique('delayed');
    await first.admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
    await second.append([outgoing(topic, { value: 'before' })]);
    return topic;
  }

  /** An append by `first` in a transaction that stays open until it is told how to end. */
  function held(topic: string) {
    let end: (how: 'commit' | 'rollback') => void = () => {};
    const told = new Promise<'commit' | 'rollback'>((resolve) => {
      end = resolve;
    });
    let started: () => void = () => {};
    const appended = new Promise<void>((resolve) => {
      started = resolve;
    });
    const ended = database
      .transaction(async (session: Transaction) => {
        await first.appendWithin(session, [outgoing(topic, { value: 'held' })]);
        started();
        if ((await told) === 'rollback') throw new Error('rolled back');
      })
      .then(
        () => 'committed',
        () => 'rolled back',
      );
    return { appended, end: (how: 'commit' | 'rollback') => (end(how), ended) };
  }

  const blockedAppends = async (): Promise<number> =>
    (
      await database.rows(
        sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).length;

  async function visible(
    topic: string,
  ): Promise<{ values: (string | null)[]; offsets: bigint[]; end: bigint }> {
    const from = { topic, partition: 0, offset: 0n };
    const { records, endOffset } = await second.read({ from, limit: 100, maxBytes: 100_000 });
    return { values: records.map(text), offsets: records.map(({ offset }) => offset), end: endOffset };
  }

  it('makes the other appender wait, so that nothing becomes visible behind a reader', async () => {
    const topic = await newTopic();
    const slow = held(topic);
    await slow.appended;
    const overtaking = second.append([outgoing(topic, { value: 'overtaking' })]);
    await eventually(async () => (await blockedAppends()) === 1, { what: 'the second appender to wait' });
    expect(await visible(topic)).toEqual({ values: ['before'], offsets: [0n], end: 1n });

    expect(await slow.end('commit')).toBe('committed');
    expect((await overtaking)[0]?.offset).toBe(2n);
    expect(await visible(topic)).toEqual({
      values: ['before', 'held', 'overtaking'],
      offsets: [0n, 1n, 2n],
      end: 3n,
    });
  });

  it('leaves no gap when it comes to nothing', async () => {
    const topic = await newTopic();
    const slow = held(topic);
    await slow.appended;
    const overtaking = second.append([outgoing(topic, { value: 'overtaking' })]);
    await eventually(async () => (await blockedAppends()) === 1, { what: 'the second appender to wait' });

    expect(await slow.end('rollback')).toBe('rolled back');
    expect((await overtaking)[0]?.offset).toBe(1n);
    expect(await visible(topic)).toEqual({ values: ['before', 'overtaking'], offsets: [0n, 1n], end: 2n });
  });

  it('leaves no gap when its process is gone before the commit', async () => {
    const topic = await newTopic();
    const slow = held(topic);
    await slow.appended;
    const overtaking = second.append([outgoing(topic, { value: 'overtaking' })]);
    await eventually(async () => (await blockedAppends()) === 1, { what: 'the second appender to wait' });
    const killed = await database.rows(sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'delayed-commit' and state = 'idle in transaction'`);
    expect(killed).toHaveLength(1);

    expect((await overtaking)[0]?.offset).toBe(1n);
    expect(await slow.end('commit')).toBe('rolled back');
    expect((await visible(topic)).values).toEqual(['before', 'overtaking']);
  });
});
