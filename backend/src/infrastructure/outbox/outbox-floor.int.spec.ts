import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { appendToOutbox } from './outbox-append';
import { OutboxFloor } from './outbox-floor';
import { outboxMigrations, RELAY_SHARDS } from './outbox.migrations';
import { oldestRows } from './outbox-rows';

const ALL_SHARDS = Array.from({ length: RELAY_SHARDS }, (_, shard) => shard);
const MANY = 2_000;

let server: TestDatabase;
let database: Database;
let floor: OutboxFloor;

beforeAll(async () => {
  server = await testDatabase();
  await migrate(server.url, 'shop', outboxMigrations);
  database = new Database({ url: server.url, schema: 'shop', maxConnections: 4, applicationName: 'spec' });
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

beforeEach(async () => {
  await database.run(sql`truncate outbox, outbox_refused`);
  floor = new OutboxFloor();
});

const entry = (name: string) => ({
  eventId: randomUUID(),
  eventType: name,
  record: { topic: 'orders', key: Buffer.from(name), value: Buffer.from(name), headers: [] },
});
const publish = (name: string) => database.transaction((session) => appendToOutbox(session, [entry(name)]));
const relayAll = async () => {
  await database.run(sql`delete from outbox`);
  await floor.relayed(database, MANY);
};
const found = async () =>
  (await oldestRows(database, ALL_SHARDS, 100, floor.from)).map(({ eventType }) => eventType);
const last = async () =>
  (await database.row<{ last: string }>(sql`select last_value::text as last from outbox_seq_seq`))?.last ??
  '';

/** Transactions of other databases on the server hold it up as well, for as long as they last. */
const raisedTo = (height: bigint, relay: () => Promise<void>) =>
  eventually(async () => {
    await relay();
    return BigInt(floor.from) === height;
  });

describe('the floor of an outbox', () => {
  it('is above all that was relayed, so that a look passes none of it', async () => {
    await publish('a');
    await relayAll();
    expect(floor.from).toBe('0');
    await publish('b');
    const drawn = BigInt(await last());
    await raisedTo(drawn + 1n, relayAll);
    await publish('c');
    expect(await found()).toEqual(['c']);
  });

  it('waits for a transaction that drew its number and has not ended', async () => {
    const { promise: opened, resolve: open } = Promise.withResolvers<void>();
    const { promise: written, resolve: wrote } = Promise.withResolvers<void>();
    const late = database.transaction(async (session) => {
      await appendToOutbox(session, [entry('late')]);
      wrote();
      await opened;
    });
    await written;
    const drawn = BigInt(await last());
    for (let times = 0; times < 3; times++) {
      await publish('early');
      await relayAll();
    }
    expect(BigInt(floor.from)).toBeLessThanOrEqual(drawn);
    open();
    await late;
    expect(await found()).toEqual(['late']);
    await floor.relayed(database, MANY);
    expect(await found()).toEqual(['late']);
  });

  it('stays below a refused row, which may come back under its number', async () => {
    await publish('refused');
    const drawn = BigInt(await last());
    await database.run(sql`
      insert into outbox_refused (seq, id, aggregatetype, aggregateid, type, headers, shard, created_at, cause_code, cause_message)
      select seq, id, aggregatetype, aggregateid, type, headers, shard, created_at, 'RECORD_TOO_LARGE', '' from outbox`);
    const relayAnother = async () => {
      await publish('other');
      await relayAll();
    };
    await raisedTo(drawn, relayAnother);
    await relayAnother();
    await relayAnother();
    expect(BigInt(floor.from)).toBe(drawn);
  });

  it('is asked for rarely', async () => {
    await publish('a');
    await floor.relayed(database, MANY - 1);
    await floor.relayed(database, 0);
    expect(floor).toMatchObject({ drawn: undefined });
  });
});
