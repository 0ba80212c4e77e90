import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { RELAY_SHARDS } from './outbox.migrations';
import { RelayShards } from './relay-shards';

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await testDatabase();
  database = new Database({ url: server.url, schema: 'shop', maxConnections: 2, applicationName: 'spec' });
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

it('owns its shards again after a lost connection, whose late end changes nothing', async () => {
  const shards = new RelayShards(server.url, 'shop', () => undefined);
  expect(await shards.own()).toHaveLength(RELAY_SHARDS);
  const { client: first } = shards as unknown as { client: pg.Client };
  await database.run(sql`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'relay shop'`);
  await eventually(() => !shards.complete);
  expect(await shards.own()).toHaveLength(RELAY_SHARDS);
  first.emit('end');
  expect(await shards.own()).toHaveLength(RELAY_SHARDS);
  const another = new RelayShards(server.url, 'shop', () => undefined);
  expect(await another.own()).toHaveLength(0);
  await shards.close();
  await eventually(async () => (await another.own()).length === RELAY_SHARDS);
  await another.close();
});
