import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { orderMigrations } from './order.migrations';

const DEADLINES = 'order-003-choreography-deadlines';
const before = Object.fromEntries(Object.entries(orderMigrations).filter(([name]) => name !== DEADLINES));

describe('orders without a saga from before they had a time', () => {
  let own: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    own = await testDatabase();
    await migrate(own.url, 'order', before);
    database = new Database({ url: own.url, schema: 'order', maxConnections: 2, applicationName: 'spec' });
    const record = (orderId: string, version: number, schemaVersion: number, type: string, data: object) =>
      database.run(sql`
        insert into stream_events (stream_id, version, type, schema_version, data, at)
        values (${orderId}, ${version}, ${type}, ${schemaVersion}, ${JSON.stringify(data)}::json, now())`);
    const placed = (orderId: string, flow: string) =>
      record(orderId, 1, 1, 'order.placed', { order: { orderId, flow }, origin: 'api' });
    const changed = (orderId: string, schemaVersion: number, change: object) =>
      record(orderId, 2, schemaVersion, 'order.status.changed', change);
    await placed('new', 'choreography');
    await placed('on its way', 'choreography');
    await changed('on its way', 2, { to: 'reserved', by: 'order-service', reason: null });
    await placed('ended', 'choreography');
    await changed('ended', 2, { to: 'completed', by: 'order-service', reason: null });
    await placed('ended long ago', 'choreography');
    await changed('ended long ago', 1, { status: 'cancelled', reason: 'NO' });
    await placed('of a saga', 'saga');
    for (const orderId of ['on its way', 'ended']) {
      await database.run(sql`
        insert into choreographies (order_id, state) values (${orderId}, '{"undone": ["payment"]}')`);
    }
    await migrate(own.url, 'order', orderMigrations);
  });
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  it('have one now where they are on their way, and keep what was known of them', async () => {
    const rows = await database.rows(sql`
      select order_id, state, due_at > clock_timestamp() as timed from choreographies order by order_id`);
    expect(rows).toEqual([
      { order_id: 'ended', state: { undone: ['payment'] }, timed: null },
      { order_id: 'new', state: {}, timed: true },
      { order_id: 'on its way', state: { undone: ['payment'] }, timed: true },
    ]);
  });
});
