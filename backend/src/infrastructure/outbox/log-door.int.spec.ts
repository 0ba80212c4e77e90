import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LogUnavailableError } from '@/infrastructure/kafka/transport/transport.errors';
import type { EventTransport, OutgoingRecord } from '@/infrastructure/kafka/transport/transport.port';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { LogDoor } from './log-door';
import { outboxMigrations, RELAY_SHARDS } from './outbox.migrations';
import { pendingRows } from './outbox-rows';
import { UnitOfWork } from './unit-of-work';

let server: TestDatabase;
let database: Database;
let unitOfWork: UnitOfWork;
let log: UnreliableLog;
let door: LogDoor;

beforeAll(async () => {
  server = await testDatabase();
  await migrate(server.url, 'shop', outboxMigrations);
  database = new Database({ url: server.url, schema: 'shop', maxConnections: 4, applicationName: 'spec' });
  unitOfWork = new UnitOfWork(database);
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

beforeEach(async () => {
  await database.run(sql`truncate outbox, outbox_refused`);
  log = new UnreliableLog();
  door = new LogDoor(log as unknown as EventTransport, () => undefined);
});

const shards = Array.from({ length: RELAY_SHARDS }, (_, shard) => shard);
const move = (held = true) =>
  door.move(database, { owned: { shards, held: () => held }, from: '0', limit: 100 });

const publish = (...keys: string[]) =>
  unitOfWork.run(async () => {
    for (const key of keys) {
      const record = { topic: 'orders', key: Buffer.from(key), value: Buffer.from(key), headers: [] };
      unitOfWork.append(record, { eventId: randomUUID(), eventType: 'noted' });
    }
  });

describe('the door to a log outside of the transaction', () => {
  it('moves each row once where all goes well', async () => {
    await publish('a', 'b', 'a');
    expect(await move()).toMatchObject({ rows: 3, repeated: 0, more: false });
    expect(log.stored.toSorted()).toEqual(['a', 'a', 'b']);
    expect(await pendingRows(database)).toBe(0);
  });

  it('repeats what the log stored without saying so, and counts it', async () => {
    await publish('a', 'b');
    log.fault = { key: 'a', stores: true };
    await expect(move()).rejects.toThrow(LogUnavailableError);
    expect(log.stored.toSorted()).toEqual(['a', 'b']);
    log.fault = undefined;
    expect(await move()).toMatchObject({ rows: 1, repeated: 1 });
    expect(log.stored.toSorted()).toEqual(['a', 'a', 'b']);
    await publish('a');
    expect(await move()).toMatchObject({ rows: 1, repeated: 0 });
  });

  it('moves the others while an aggregate cannot be appended', async () => {
    await publish('a', 'b', 'a');
    log.fault = { key: 'a', stores: false };
    await expect(move()).rejects.toThrow(LogUnavailableError);
    expect(log.stored).toEqual(['b']);
    expect(await pendingRows(database)).toBe(2);
  });

  it('counts what another relay has moved in the meantime', async () => {
    await publish('a', 'b');
    log.meanwhile = () => database.run(sql`delete from outbox where aggregateid = 'a'`);
    expect(await move()).toMatchObject({ rows: 2, repeated: 1 });
  });

  it('appends nothing once its lease is over', async () => {
    await publish('a');
    await expect(move(false)).rejects.toMatchObject({ code: 'RELAY_LEASE_LOST' });
    expect(log.stored).toEqual([]);
    expect(await pendingRows(database)).toBe(1);
  });
});

class UnreliableLog {
  readonly stored: string[] = [];
  fault: { readonly key: string; readonly stores: boolean } | undefined;
  meanwhile: () => Promise<unknown> = async () => undefined;

  async append(records: readonly OutgoingRecord[]): Promise<readonly never[]> {
    const keys = records.map(({ key }) => String(key));
    const fails = this.fault !== undefined && keys.includes(this.fault.key);
    if (!fails || this.fault?.stores) this.stored.push(...keys);
    await this.meanwhile();
    if (fails) throw new LogUnavailableError('No answer.');
    return [];
  }
}
