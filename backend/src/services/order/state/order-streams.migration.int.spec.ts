import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProjectionRebuild } from '@/infrastructure/event-store/projection-rebuild';
import { ProjectionShadow } from '@/infrastructure/event-store/projection-shadow';
import { Database } from '@/infrastructure/postgres/database';
import { type Migrations, migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { orderProjection } from './order-projection';
import { OrderPast } from './order-past';
import { OrderQueries } from './order-queries';
import { orderMigrations } from './order.migrations';

const before: Migrations = { 'order-001-tables': orderMigrations['order-001-tables'] ?? '' };

const data = (orderId: string) => ({
  orderId,
  userId: 'user-1',
  items: [{ productId: 'lamp', quantity: 2, price: 12.5 }],
  totals: { subtotal: 25, tax: 4.75, shipping: 0, total: 29.75 },
  createdAt: '2026-01-01T00:00:00.000Z',
});

describe('orders from before there were streams', () => {
  let own: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    own = await testDatabase();
    await migrate(own.url, 'order', before);
    database = new Database({ url: own.url, schema: 'order', maxConnections: 4, applicationName: 'spec' });
    const place = async (orderId: string, ...changes: readonly (readonly [string, string | null])[]) => {
      await database.run(sql`
        insert into orders (order_id, user_id, status, flow, origin, data, history_length)
        values (${orderId}, 'user-1', ${changes.at(-1)?.[0]}, 'saga', 'api', ${JSON.stringify(data(orderId))}::json,
          ${changes.length})`);
      for (const [index, [status, reason]] of changes.entries()) {
        await database.run(sql`
          insert into order_history (order_id, seq, status, reason)
          values (${orderId}, ${index + 1}, ${status}, ${reason})`);
      }
    };
    await place('new', ['pending', null]);
    await place('refused', ['pending', null], ['validated', null], ['cancelled', 'CARD_DECLINED']);
    await place('done', ['pending', null], ['validated', null], ['paid', null], ['reserved', null]);
    await migrate(own.url, 'order', orderMigrations);
  });
  afterAll(async () => {
    await database.close();
    await own.drop();
  });

  it('are streams now, in the schema versions of their time', async () => {
    const stored = await database.rows(sql`
      select version, type, schema_version as "schemaVersion", data from stream_events
      where stream_id = 'refused' order by version`);
    expect(stored).toEqual([
      { version: 1, type: 'order.placed', schemaVersion: 1, data: { order: data('refused'), origin: 'api' } },
      {
        version: 2,
        type: 'order.status.changed',
        schemaVersion: 1,
        data: { status: 'validated', reason: null },
      },
      {
        version: 3,
        type: 'order.status.changed',
        schemaVersion: 1,
        data: { status: 'cancelled', reason: 'CARD_DECLINED' },
      },
    ]);
    expect(await new OrderPast(database).at('refused', 2)).toMatchObject({ status: 'validated' });
  });

  it('look to their owners as they did', async () => {
    const order = await new OrderQueries(database).find('refused', 'user-1');
    expect(order).toMatchObject({ status: 'cancelled', reason: 'CARD_DECLINED', totals: { total: 29.75 } });
    expect(order?.history.map(({ status }) => status)).toEqual(['pending', 'validated', 'cancelled']);
    expect(await new OrderQueries(database).list('user-1', 10, undefined)).toHaveLength(3);
  });

  it('are what a rebuild makes of their streams', async () => {
    const rebuild = await ProjectionRebuild.begin({ database, url: own.url, projection: orderProjection });
    const { hashes, streams } = await rebuild.run({ exchange: false }).finally(() => rebuild.release());
    expect(streams).toBe(3);
    for (const { live, rebuilt } of Object.values(hashes)) expect(live).toBe(rebuilt);
  });

  it('stand in tables that are the ones a rebuild makes', async () => {
    const shadow = new ProjectionShadow('order', orderProjection);
    await database.transaction((session) => shadow.create(session));
    await shadow.index(database);
    const shape = (schema: string) =>
      database.rows(sql`
        select relname, attname, attnum, format_type(atttypid, atttypmod) as type, attnotnull,
          (select array_agg(replace(pg_get_indexdef(indexrelid), ${schema} || '.', '') order by indexrelid::regclass::text)
            from pg_index where indrelid = pg_class.oid) as indexes
        from pg_class join pg_attribute on attrelid = pg_class.oid
        where relnamespace = quote_ident(${schema})::regnamespace and relkind = 'r' and attnum > 0
          and not attisdropped and relname = any(${orderProjection.tables.map(({ name }) => name)}::text[])
        order by relname, attnum`);
    const rebuilt = await shape(shadow.schema);
    expect(rebuilt).toHaveLength(14);
    expect(unquoted(await shape('order'))).toEqual(unquoted(rebuilt));
    await database.transaction((session) => shadow.drop(session));
  });

  it('and their events cannot be changed', async () => {
    await expect(database.run(sql`update stream_events set version = 9`)).rejects.toThrow(
      'only ever appended',
    );
    await expect(database.run(sql`delete from stream_events`)).rejects.toThrow('only ever appended');
  });
});

const unquoted = (rows: readonly unknown[]): unknown =>
  JSON.parse(JSON.stringify(rows).replaceAll(String.raw`\"order\".`, ''));
