import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { RELAY_SHARDS } from './outbox.migrations';
import { RelayShards, type RelayShardsOptions } from './relay-shards';

let server: TestDatabase;
let client: pg.Client;
const opened: RelayShards[] = [];

beforeAll(async () => {
  server = await testDatabase();
  client = new pg.Client({ connectionString: server.url });
  await client.connect();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((shards) => shards.close()));
});

afterAll(async () => {
  await client.end();
  await server.drop();
});

function relayShards(options: Partial<RelayShardsOptions> = {}): RelayShards {
  const shards = new RelayShards({
    url: server.url,
    schema: 'shop',
    onNotified: () => undefined,
    ...options,
  });
  opened.push(shards);
  return shards;
}

const owned = async (shards: RelayShards) => (await shards.own()).shards.length;
const sessions = async () => {
  const { rows } = await client.query(
    "select pid from pg_stat_activity where application_name = 'relay shop'",
  );
  return rows.map(({ pid }) => pid as number);
};

describe('the shards of a relay', () => {
  it('are its own again after a lost connection, whose late end changes nothing', async () => {
    const shards = relayShards();
    expect(await owned(shards)).toBe(RELAY_SHARDS);
    const { client: first } = shards as unknown as { client: pg.Client };
    await client.query('select pg_terminate_backend($1)', [(await sessions())[0]]);
    await eventually(() => !shards.complete);
    await eventually(async () => (await owned(shards)) === RELAY_SHARDS);
    first.emit('end');
    expect(await owned(shards)).toBe(RELAY_SHARDS);
    const another = relayShards();
    expect(await owned(another)).toBe(0);
    await shards.close();
    await eventually(async () => (await owned(another)) === RELAY_SHARDS);
  });

  it('stay with a process that lives for longer than its lease', async () => {
    const shards = relayShards({ leaseMs: 300 });
    expect(await owned(shards)).toBe(RELAY_SHARDS);
    const [session] = await sessions();
    const { rows } = await client.query<{ over: string }>(
      "select clock_timestamp() + interval '1 s' as over",
    );
    await eventually(async () => {
      const { rows: now } = await client.query('select clock_timestamp() > $1 as over', [rows[0]?.over]);
      return now[0].over;
    });
    expect(shards.held()).toBe(true);
    expect(await sessions()).toEqual([session]);
  });

  it('tell other processes of rows, and not their own', async () => {
    let own = 0;
    let others = 0;
    const shards = relayShards({ onNotified: () => own++ });
    const another = relayShards({ onNotified: () => others++ });
    await owned(shards);
    await owned(another);
    for (let told = 0; told < 100; told++) shards.tell();
    await eventually(() => others === 2);
    another.tell();
    await eventually(() => own === 1);
    expect(others).toBe(2);
  });
});
