import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';
import type {
  GroupListener,
  JoinOptions,
  LogRecord,
  OutgoingRecord,
  TopicPartition,
} from '../transport.port';
import { EmbeddedTransport } from './embedded-transport';

let database: TestDatabase;
const open: EmbeddedTransport[] = [];

beforeAll(async () => {
  database = await testDatabase();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((transport) => transport.close()));
});

afterAll(() => database.drop());

async function opened(
  options: { pollMs?: number; retentionCheckMs?: number } = {},
): Promise<EmbeddedTransport> {
  const transport = new EmbeddedTransport({ url: database.url, ...options });
  open.push(transport);
  await transport.open();
  return transport;
}

async function madeTopic(
  transport: EmbeddedTransport,
  partitions = 1,
  config: Record<string, string> = {},
  topic = unique('orders'),
): Promise<string> {
  await transport.admin.createTopics([{ topic, partitions, replicationFactor: 1, config }]);
  return topic;
}

const record = (topic: string, text: string, more: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  topic,
  key: Buffer.from('key'),
  value: Buffer.from(text),
  headers: [],
  ...more,
});

function joinOptions(topics: readonly string[], more: Partial<JoinOptions> = {}): JoinOptions {
  return {
    group: unique('group'),
    topics,
    clientId: 'spec',
    sessionTimeoutMs: 1_000,
    maxWaitMs: 5_000,
    maxBytesPerPartition: 1_048_576,
    ...more,
  };
}

function collector() {
  const seen = {
    records: [] as LogRecord[],
    lost: [] as TopicPartition[],
    fatal: [] as Error[],
    assigned: 0,
  };
  const listener: GroupListener = {
    async assigned(partitions) {
      seen.assigned += partitions.length;
      return partitions.map(({ topic, partition, committed }) => ({
        topic,
        partition,
        offset: committed ?? 0n,
      }));
    },
    lost: (partitions) => void seen.lost.push(...partitions),
    records: (batch) => void seen.records.push(...batch.records),
    outOfRange: async ({ logStart }) => logStart,
    failed: (error, fatal) => void (fatal && seen.fatal.push(error)),
  };
  return { seen, listener };
}

describe('an append within a transaction of the caller', () => {
  it('is in the log with the commit, and not before', async () => {
    const transport = await opened({ pollMs: 60_000 });
    const topic = await madeTopic(transport);
    const { seen, listener } = collector();
    await transport.join(joinOptions([topic]), listener);
    await eventually(() => seen.assigned === 1);
    const service = new Database({
      url: database.url,
      schema: 'public',
      maxConnections: 1,
      applicationName: 'spec',
    });
    await service.run(sql`create table rows_to_move as select 1 as seq`);
    await service.transaction(async (session) => {
      await session.run(sql`delete from rows_to_move`);
      await transport.appendWithin(session, [record(topic, 'one'), record(topic, 'two')]);
      expect((await transport.admin.offsets([topic]))[0]?.end).toBe(0n);
    });
    transport.signal([topic]);
    await eventually(() => seen.records.length === 2, { what: 'the records after the signal' });
    expect(await service.rows(sql`select from rows_to_move`)).toEqual([]);
    await service.close();
  });

  it('leaves neither a record nor a gap when the transaction is rolled back', async () => {
    const transport = await opened();
    const topic = await madeTopic(transport);
    const service = new Database({
      url: database.url,
      schema: 'public',
      maxConnections: 1,
      applicationName: 'spec',
    });
    const failing = service.transaction(async (session) => {
      await transport.appendWithin(session, [record(topic, 'never')]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    const [position] = await transport.append([record(topic, 'first')]);
    expect(position?.offset).toBe(0n);
    await service.close();
  });

  it('makes an append of the same partition wait, so that no record appears behind a read position', async () => {
    const transport = await opened();
    const topic = await madeTopic(transport);
    const service = new Database({
      url: database.url,
      schema: 'public',
      maxConnections: 1,
      applicationName: 'spec',
    });
    let later: Promise<unknown> | undefined;
    await service.transaction(async (session) => {
      await transport.appendWithin(session, [record(topic, 'earlier')]);
      later = transport.append([record(topic, 'later')]);
      await eventually(() => waitsForALock());
    });
    await later;
    const { records } = await transport.read({
      from: { topic, partition: 0, offset: 0n },
      limit: 9,
      maxBytes: 999,
    });
    expect(records.map(({ value }) => value?.toString())).toEqual(['earlier', 'later']);
    await service.close();
  });
});

describe('the embedded log', () => {
  it('never lets the time of a partition go back', async () => {
    const transport = await opened();
    const topic = await madeTopic(transport);
    await transport.append([
      record(topic, 'a', { timestamp: 2_000 }),
      record(topic, 'b', { timestamp: 1_000 }),
    ]);
    await transport.append([record(topic, 'c', { timestamp: 3_000 })]);
    const { records } = await transport.read({
      from: { topic, partition: 0, offset: 0n },
      limit: 9,
      maxBytes: 999,
    });
    expect(records.map(({ timestamp }) => timestamp)).toEqual([2_000, 2_000, 3_000]);
  });

  it('gives a member the partitions of a topic made after it joined, and takes those of a deleted one', async () => {
    const transport = await opened();
    const topic = unique('later');
    const { seen, listener } = collector();
    await transport.join(joinOptions([topic]), listener);
    await madeTopic(transport, 3, {}, topic);
    await eventually(() => seen.assigned === 3);
    await transport.append([record(topic, 'one')]);
    await eventually(() => seen.records.length === 1);
    await transport.admin.deleteTopics([topic]);
    await eventually(() => seen.lost.length === 3);
    await expect(transport.append([record(topic, 'two')])).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' });
  });

  it('finds what other processes appended without their notification too', async () => {
    const [writer, reader] = [await opened(), await opened({ pollMs: 100 })];
    const topic = await madeTopic(writer);
    const { seen, listener } = collector();
    await reader.join(joinOptions([topic]), listener);
    await eventually(() => seen.assigned === 1);
    const deaf = await terminate('event log: wake');
    expect(deaf).toBe(2);
    await writer.append([record(topic, 'one')]);
    await eventually(() => seen.records.length === 1);
  });

  it('ends a member whose name another has taken, and gives its partitions to that one at once', async () => {
    const transport = await opened();
    const topic = await madeTopic(transport, 4);
    const options = joinOptions([topic], { instanceId: 'shop-1' });
    const [before, after] = [collector(), collector()];
    const old = await transport.join(options, before.listener);
    await eventually(() => before.seen.assigned === 4);
    await transport.join(options, after.listener);
    await eventually(() => before.seen.fatal.length === 1);
    await eventually(() => after.seen.assigned === 4);
    const stale = old.commit([{ topic, partition: 0, offset: 0n }]);
    await expect(stale).rejects.toMatchObject({ code: 'OWNERSHIP_LOST' });
  });

  it('drops old segments only, and tells a reader that stood in them', async () => {
    const transport = await opened({ retentionCheckMs: 50 });
    const topic = await madeTopic(transport, 1, { 'retention.ms': '600000' });
    await transport.append([record(topic, 'old', { timestamp: Date.now() - 700_000 })]);
    await eventually(async () => (await transport.admin.offsets([topic]))[0]?.start === 1n);
    await transport.append([record(topic, 'new')]);
    const stale = transport.read({ from: { topic, partition: 0, offset: 0n }, limit: 9, maxBytes: 999 });
    await expect(stale).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
    const { records } = await transport.read({
      from: { topic, partition: 0, offset: 1n },
      limit: 9,
      maxBytes: 999,
    });
    expect(records.map(({ value }) => value?.toString())).toEqual(['new']);
    expect(await tablesOf(topic)).toBe(1);
  });

  it('reads on over the border of two segments', async () => {
    const transport = await opened({ retentionCheckMs: 50 });
    const topic = await madeTopic(transport, 1, { 'segment.ms': '1' });
    for (const text of ['a', 'b', 'c']) {
      const segments = await tablesOf(topic);
      await transport.append([record(topic, text)]);
      await eventually(async () => (await tablesOf(topic)) > segments);
    }
    const { records } = await transport.read({
      from: { topic, partition: 0, offset: 0n },
      limit: 9,
      maxBytes: 999,
    });
    expect(records.map(({ value }) => value?.toString())).toEqual(['a', 'b', 'c']);
    const at = await transport.admin.offsetsAt(topic, records[1]?.timestamp ?? 0);
    expect(at).toEqual([{ topic, partition: 0, offset: 1n }]);
  });

  it('applies its migrations once, from several processes at once', async () => {
    const fresh = await testDatabase();
    const transports = [1, 2, 3].map(() => new EmbeddedTransport({ url: fresh.url }));
    const results = await Promise.allSettled(transports.map((transport) => transport.open()));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    await Promise.all(transports.map((transport) => transport.close()));
    await fresh.drop();
  });
});

async function ask<Row>(statement: string, values: unknown[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function waitsForALock(): Promise<boolean> {
  const rows = await ask(
    `select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'event log: append'
      and datname = current_database()`,
    [],
  );
  return rows.length > 0;
}

async function terminate(applicationName: string): Promise<number> {
  const rows = await ask(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = $1 and datname = current_database()`,
    [applicationName],
  );
  return rows.length;
}

async function tablesOf(topic: string): Promise<number> {
  return (await ask('select from log.segment where topic = $1', [topic])).length;
}
