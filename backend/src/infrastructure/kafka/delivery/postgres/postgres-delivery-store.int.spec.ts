import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { outboxMigrations } from '@/infrastructure/outbox/outbox.migrations';
import { oldestRows } from '@/infrastructure/outbox/outbox-rows';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';
import { deliveryMigrations } from './delivery.migrations';
import type { Tenure } from './delivery-store.port';
import { FencedError } from './delivery.errors';
import { PostgresDeliveryStore } from './postgres-delivery-store';

const SCHEMA = 'shop';
const ALL_SHARDS = Array.from({ length: 16 }, (_, shard) => shard);

let server: TestDatabase;
let database: Database;
let unitOfWork: UnitOfWork;
let store: PostgresDeliveryStore;
let group: string;
let topicId: string;

beforeAll(async () => {
  server = await testDatabase();
  await migrate(server.url, SCHEMA, {
    ...outboxMigrations,
    ...deliveryMigrations,
    'test-0001': 'create table effects (what text not null)',
  });
  database = new Database({ url: server.url, schema: SCHEMA, maxConnections: 6, applicationName: 'spec' });
  unitOfWork = new UnitOfWork(database);
  store = new PostgresDeliveryStore(
    database,
    unitOfWork,
    async (topics) => new Map(topics.map((topic) => [topic, topicId])),
  );
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

beforeEach(async () => {
  group = unique('group');
  topicId = unique('topic');
  await database.run(sql`truncate effects, outbox`);
});

const record = (offset = 5n): LogRecord => ({
  topic: 'orders',
  partition: 2,
  offset,
  key: Buffer.from('k'),
  value: Buffer.from([0xff, 0x00]),
  headers: [['ce_type', Buffer.from('order.created')]],
  timestamp: 1_700_000_000_000,
});

async function own(): Promise<Tenure> {
  const [taken] = await store.acquire(group, [{ topic: 'orders', partition: 2, committed: null }]);
  if (!taken) throw new Error('nothing was acquired');
  return taken.tenure;
}

const effect = () => unitOfWork.sql.run(sql`insert into effects values ('once')`);

const run = (
  tenure: Tenure,
  work: () => Promise<unknown>,
  effects: 'transaction' | 'external' = 'transaction',
) => store.runOnce({ tenure, record: record(), handler: 'h', eventIdentity: 'event-1', effects, work });

const effects = async () => (await database.rows(sql`select * from effects`)).length;

describe('one effect', () => {
  it('runs an event once, however often it comes', async () => {
    const tenure = await own();
    expect(await run(tenure, effect)).toBe('handled');
    expect(await run(tenure, effect)).toBe('duplicate');
    expect(await effects()).toBe(1);
  });

  it('keeps neither effect nor inbox row of a run that failed', async () => {
    const tenure = await own();
    const failing = run(tenure, async () => {
      await effect();
      throw new TypeError('no such thing');
    });
    await expect(failing).rejects.toThrow('no such thing');
    expect(await effects()).toBe(0);
    expect(await run(tenure, effect)).toBe('handled');
  });

  it('lets two owners at once commit one effect', async () => {
    const tenure = await own();
    const outcomes = await Promise.all([run(tenure, effect), run(tenure, effect)]);
    expect(outcomes.toSorted()).toEqual(['duplicate', 'handled']);
    expect(await effects()).toBe(1);
  });

  it('writes the row of an external effect after it', async () => {
    const tenure = await own();
    let runs = 0;
    const work = async () => {
      runs += 1;
      if (runs === 1) throw new Error('the first call fails');
    };
    await expect(run(tenure, work, 'external')).rejects.toThrow('the first call fails');
    expect(await run(tenure, work, 'external')).toBe('handled');
    expect(await run(tenure, work, 'external')).toBe('duplicate');
    expect(runs).toBe(2);
  });
});

describe('the fence', () => {
  it('rolls back the effect of an owner that was replaced', async () => {
    const zombie = await own();
    await own();
    await expect(run(zombie, effect)).rejects.toBeInstanceOf(FencedError);
    expect(await effects()).toBe(0);
  });

  it('keeps a replaced owner from beginning another effect outside of SQL', async () => {
    const zombie = await own();
    await own();
    let runs = 0;
    const work = async () => (runs += 1);
    await expect(run(zombie, work, 'external')).rejects.toBeInstanceOf(FencedError);
    expect(runs).toBe(0);
  });

  it('without its epoch check would let that effect through', async () => {
    const zombie = await own();
    const owner = await own();
    expect(await run({ ...zombie, epoch: owner.epoch }, effect)).toBe('handled');
    expect(await effects()).toBe(1);
  });

  it('makes a new owner wait for an effect that is committing', async () => {
    const tenure = await own();
    const order: string[] = [];
    let letGo: () => void = () => undefined;
    const inside = new Promise<void>((begun) => {
      void run(tenure, async () => {
        begun();
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
        await effect();
        order.push('effect');
      });
    });
    await inside;
    const next = own().then(() => order.push('owner'));
    await expect
      .poll(async () => {
        const waiting = await database.row<{ count: string }>(
          sql`select count(*) from pg_locks where locktype = 'advisory' and not granted`,
        );
        return Number(waiting?.count);
      })
      .toBeGreaterThan(0);
    letGo();
    await next;
    expect(order).toEqual(['effect', 'owner']);
  });

  it('refuses progress and dead letters of the earlier owner', async () => {
    const zombie = await own();
    const owner = await own();
    expect(await store.save([{ tenure: zombie, watermark: 9n }])).toEqual([]);
    expect(await store.save([{ tenure: owner, watermark: 7n }])).toEqual([
      { topic: 'orders', partition: 2, offset: 7n },
    ]);
    const cause = { code: 'UNDECODABLE', message: 'm', name: 'E' };
    const letter = { group, handler: '*', record: record(), attempts: 1, cause };
    await expect(store.bury(zombie, letter)).rejects.toBeInstanceOf(FencedError);
  });
});

describe('progress', () => {
  it('is nothing at first, then where the last owner left it, and never goes back', async () => {
    const [first] = await store.acquire(group, [{ topic: 'orders', partition: 2, committed: 99n }]);
    expect(first?.watermark).toBeNull();
    await store.save([{ tenure: first?.tenure as Tenure, watermark: 12n }]);
    await store.save([{ tenure: first?.tenure as Tenure, watermark: 3n }]);
    const [second] = await store.acquire(group, [{ topic: 'orders', partition: 2, committed: null }]);
    expect(second?.watermark).toBe(12n);
    expect(second?.tenure.epoch).toBeGreaterThan(first?.tenure.epoch as bigint);
  });

  it('counts for the topic it was reached in: another topic of the name is read from its start', async () => {
    const [first] = await store.acquire(group, [{ topic: 'orders', partition: 2, committed: null }]);
    await store.save([{ tenure: first?.tenure as Tenure, watermark: 12n }]);
    topicId = unique('topic');
    const [anew] = await store.acquire(group, [{ topic: 'orders', partition: 2, committed: null }]);
    expect(anew?.watermark).toBeNull();
    expect(anew?.tenure.epoch).toBeGreaterThan(first?.tenure.epoch as bigint);
    expect(await store.save([{ tenure: anew?.tenure as Tenure, watermark: 1n }])).toHaveLength(1);
    const [again] = await store.acquire(group, [{ topic: 'orders', partition: 2, committed: null }]);
    expect(again?.watermark).toBe(1n);
  });
});

describe('a dead letter', () => {
  it('is kept whatever its headers hold', async () => {
    const tenure = await own();
    const headers = [
      ['ce_type', Buffer.from('a\u0000b')],
      ['na\u0000me', Buffer.from([0, 0xff])],
    ] as const;
    const cause = { code: 'UNDECODABLE', message: 'bad', name: 'E' };
    await store.bury(tenure, { group, handler: '*', record: { ...record(), headers }, attempts: 1, cause });
    const [copy] = await oldestRows(database, ALL_SHARDS, 10);
    expect(copy?.eventType).toBe('a\ufffdb');
    expect(copy?.record.headers.slice(0, 2)).toEqual([
      ['ce_type', Buffer.from('a\u0000b')],
      ['na\ufffdme', Buffer.from([0, 0xff])],
    ]);
  });

  it('is stored whole, and its copy waits in the outbox for the same partition, once', async () => {
    const tenure = await own();
    const cause = { code: 'UNDECODABLE', message: 'bad\u0000bytes', name: 'E' };
    const letter = { group, handler: '*', record: record(), attempts: 1, cause };
    await store.bury(tenure, letter);
    await store.bury(tenure, letter);
    const stored = await database.rows<{ value: Buffer; cause_code: string }>(
      sql`select value, cause_code from dead_letters where group_id = ${group}`,
    );
    expect(stored).toEqual([{ value: Buffer.from([0xff, 0x00]), cause_code: 'UNDECODABLE' }]);
    const copies = await oldestRows(database, ALL_SHARDS, 10);
    expect(copies.map((row) => [row.record.topic, row.record.partition, row.record.value])).toEqual([
      ['orders.dlq', 2, Buffer.from([0xff, 0x00])],
    ]);
  });
});
