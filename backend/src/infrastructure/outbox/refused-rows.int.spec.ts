import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedTransport } from '@/infrastructure/kafka/transport/embedded/embedded-transport';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { unique } from '@/testing/unique';
import { LogDoor } from './log-door';
import { outboxMigrations, RELAY_SHARDS } from './outbox.migrations';
import { pendingRows } from './outbox-rows';
import { countRefused, refusedRows, retryRefused, setAside } from './refused-rows';
import type { Moved, RelayDoor } from './relay-door';
import { TransactionalDoor } from './transactional-door';
import { UnitOfWork } from './unit-of-work';

const MOST_BYTES = 2_000;
const owned = { shards: Array.from({ length: RELAY_SHARDS }, (_, shard) => shard), held: () => true };
const by = { by: 'someone', reason: 'nobody needs it' };

let server: TestDatabase;
let database: Database;
let transport: EmbeddedTransport;
let unitOfWork: UnitOfWork;

beforeAll(async () => {
  server = await testDatabase();
  await migrate(server.url, 'shop', outboxMigrations);
  database = new Database({ url: server.url, schema: 'shop', maxConnections: 4, applicationName: 'spec' });
  unitOfWork = new UnitOfWork(database);
  transport = new EmbeddedTransport({ url: server.url });
  await transport.open();
});

afterAll(async () => {
  await transport.close();
  await database.close();
  await server.drop();
});

const observe = () => undefined;
const doors: [string, () => RelayDoor][] = [
  ['in one transaction', () => new TransactionalDoor(transport, observe)],
  ['append, then delete', () => new LogDoor(transport, observe)],
];

describe.each(doors)('a row that the log refuses, %s', (_, open) => {
  let topic: string;
  let door: RelayDoor;

  beforeEach(async () => {
    topic = unique('orders');
    door = open();
    await create(topic);
  });

  afterEach(() => database.run(sql`truncate outbox, outbox_refused`));

  const create = (name: string) =>
    transport.admin.createTopics([
      {
        topic: name,
        partitions: 1,
        replicationFactor: 1,
        config: { 'max.message.bytes': String(MOST_BYTES) },
      },
    ]);

  const publish = (key: string, name: string, { size = 0, to = topic } = {}) =>
    unitOfWork.run(async () => {
      const value = Buffer.from(name.padEnd(size, ' '));
      const record = { topic: to, key: Buffer.from(key), value, headers: [] };
      unitOfWork.append(record, { eventId: randomUUID(), eventType: 'noted' });
    });

  async function moveAll(): Promise<Moved[]> {
    const moves: Moved[] = [];
    for (;;) {
      const moved = await door.move(database, { owned, from: '0', limit: 1_000 });
      moves.push(moved);
      if (!moved.more) return moves;
    }
  }

  async function inTopic(name = topic): Promise<string[]> {
    const from = { topic: name, partition: 0, offset: 0n };
    const { records } = await transport.read({ from, limit: 1_000, maxBytes: 1_000_000 });
    return records.map(({ key, value }) => `${key} ${value?.toString().trim()}`);
  }

  const refusals = async () =>
    (await refusedRows(database, 10)).map(({ aggregateId, cause, held }) => [aggregateId, cause.code, held]);

  it('holds its aggregate and nothing else, and is shown with its cause', async () => {
    await publish('a', '1');
    await publish('a', '2', { size: 2 * MOST_BYTES });
    await publish('b', '1');
    await publish('a', '3');
    await publish('c', '1');
    const moves = await moveAll();
    expect(moves.reduce((sum, { refused }) => sum + refused, 0)).toBe(1);
    expect((await inTopic()).toSorted()).toEqual(['a 1', 'b 1', 'c 1']);
    expect(await refusals()).toEqual([['a', 'RECORD_TOO_LARGE', 1]]);

    await publish('a', '4');
    await publish('b', '2');
    await moveAll();
    expect((await inTopic()).toSorted()).toEqual(['a 1', 'b 1', 'b 2', 'c 1']);
    expect([await pendingRows(database), await countRefused(database)]).toEqual([2, 1]);
  });

  it('is sent again when somebody says so, before everything that waited behind it', async () => {
    const missing = unique('later');
    await publish('a', '1', { to: missing });
    await publish('a', '2', { to: missing });
    await moveAll();
    expect(await refusals()).toEqual([['a', 'UNKNOWN_TOPIC', 1]]);

    await create(missing);
    const [row] = await refusedRows(database, 1);
    await retryRefused(database, row?.seq ?? '');
    await publish('a', '3', { to: missing });
    await moveAll();
    expect(await inTopic(missing)).toEqual(['a 1', 'a 2', 'a 3']);
    expect([await pendingRows(database), await countRefused(database)]).toEqual([0, 0]);
    await expect(retryRefused(database, row?.seq ?? '')).rejects.toMatchObject({
      code: 'OUTBOX_ROW_NOT_REFUSED',
    });
  });

  it('is kept when somebody sets it aside, and its aggregate goes on', async () => {
    await publish('a', '1', { size: 2 * MOST_BYTES });
    await publish('a', '2');
    await moveAll();
    const [row] = await refusedRows(database, 1);
    await setAside(database, row?.seq ?? '', by);
    await moveAll();
    expect(await inTopic()).toEqual(['a 2']);
    expect(await refusals()).toEqual([]);
    expect(
      await database.row(sql`select octet_length(payload) as bytes, set_aside_by from outbox_refused`),
    ).toEqual({ bytes: 2 * MOST_BYTES, set_aside_by: 'someone' });
    await expect(setAside(database, row?.seq ?? '', by)).rejects.toMatchObject({
      code: 'OUTBOX_ROW_NOT_REFUSED',
    });
  });

  it('is found among hundreds, and so is each of many', async () => {
    const keys = Array.from({ length: 300 }, (_unused, index) => `key-${index}`);
    await Promise.all(keys.map((key, index) => publish(key, '1', { size: index % 100 === 0 ? 9_999 : 0 })));
    await Promise.all(keys.map((key) => publish(key, '2')));
    await moveAll();
    const told = await inTopic();
    expect(told.filter((one) => one.endsWith(' 1'))).toHaveLength(297);
    expect(told.filter((one) => one.endsWith(' 2'))).toHaveLength(297);
    expect((await refusals()).map(([key]) => key).toSorted()).toEqual(['key-0', 'key-100', 'key-200']);
  });
});
