import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oldestRows } from '@/infrastructure/outbox/outbox-rows';
import { sql } from '@/infrastructure/postgres/sql';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import { burialOf, parkOf } from '@/testing/delivery/requests';
import { ParkedEventChangedError } from '../delivery.errors';
import type { BurialRequest, ParkedRow, Tenure } from '../delivery-store.port';

const ALL_SHARDS = Array.from({ length: 16 }, (_, shard) => shard);

let delivery: PostgresDelivery;
let tenure: Tenure;

beforeAll(async () => {
  delivery = await postgresDelivery();
});
afterAll(() => delivery.close());
beforeEach(async () => {
  await delivery.empty();
  ({ tenure } = await delivery.take());
});

const bury = (change: Partial<BurialRequest> = {}) => delivery.store.bury(burialOf(tenure, 5n, change));
const copies = async () => (await oldestRows(delivery.database, ALL_SHARDS, 10)).map(({ record }) => record);

async function parked(attempts = 1): Promise<ParkedRow> {
  const [row] = await delivery.park([parkOf(tenure, 5n, { attempts, pending: ['stock', 'mail'] })]);
  if (!row) throw new Error('not parked');
  return row;
}

describe('a dead letter', () => {
  it('is stored whole, and its copy waits in the outbox for the same partition, once', async () => {
    const { letter } = burialOf(tenure, 5n);
    const record = { ...letter.record, value: Buffer.from([0xff, 0x00]) };
    const cause = {
      ...letter.cause,
      message: 'bad\u0000bytes',
      chain: [{ ...letter.cause, message: 'a\u0000b' }],
    };
    expect(await bury({ letter: { ...letter, record, cause } })).toBe('gone');
    expect(await bury({ letter: { ...letter, record, cause } })).toBe('gone');
    const stored = await delivery.database.rows(sql`
      select handler, value, key, attempts, cause_code, event_identity, event_id, event_type, status, topic_id
      from dead_letters`);
    expect(stored).toEqual([
      {
        handler: 'stock',
        value: Buffer.from([0xff, 0x00]),
        key: Buffer.from('k1'),
        attempts: 3,
        cause_code: 'NO_STOCK',
        event_identity: '/spec 5',
        event_id: '5',
        event_type: 'order.created',
        status: 'dead',
        topic_id: 'topic-1',
      },
    ]);
    expect((await copies()).map(({ topic, partition, value }) => [topic, partition, value])).toEqual([
      ['orders.dlq', 0, Buffer.from([0xff, 0x00])],
    ]);
  });

  it('is kept whatever its headers hold', async () => {
    const { letter } = burialOf(tenure, 5n);
    const headers = [
      ['ce_type', Buffer.from('a\u0000b')],
      ['na\u0000me', Buffer.from([0, 0xff])],
    ] as const;
    await bury({ letter: { ...letter, record: { ...letter.record, headers } }, eventType: 'a\u0000b' });
    const [copy] = await oldestRows(delivery.database, ALL_SHARDS, 10);
    expect(copy?.eventType).toBe('a\ufffdb');
    expect(copy?.record.headers.slice(0, 2)).toEqual([
      ['ce_type', Buffer.from('a\u0000b')],
      ['na\ufffdme', Buffer.from([0, 0xff])],
    ]);
  });

  it('that was sent back and failed again is the same one, dead once more, without a second copy', async () => {
    await bury();
    await delivery.database.run(sql`update dead_letters set status = 'retrying'`);
    const { letter } = burialOf(tenure, 5n);
    await bury({ letter: { ...letter, attempts: 10 } });
    expect(await delivery.letters()).toEqual([
      { offset: '5', handler: 'stock', status: 'dead', attempts: 10 },
    ]);
    expect(await copies()).toHaveLength(1);
  });

  it.each(['skipped', 'edited', 'resolved', 'discarded'])(
    'that is %s stays so when its event is read again, and does not stop the key',
    async (status) => {
      const { letter } = burialOf(tenure, 5n);
      const unread = { letter: { ...letter, handler: '*' }, laneWaits: true };
      await bury(unread);
      await delivery.database.run(sql`update dead_letters set status = ${status}`);
      await delivery.database.run(sql`delete from parked`);
      expect(await bury({ ...unread, letter: { ...unread.letter, attempts: 9 } })).toBe('gone');
      expect(await delivery.letters()).toEqual([{ offset: '5', handler: '*', status, attempts: 3 }]);
      expect(await delivery.parked()).toEqual([]);
      expect(await copies()).toHaveLength(1);
    },
  );

  it('keeps when its event first failed', async () => {
    const row = await parked();
    await delivery.database.run(sql`update parked set first_failed_at = '2026-01-01T00:00:00Z'`);
    await bury({ from: row });
    const [letter] = await delivery.database.rows(sql`select first_failed_at from dead_letters`);
    expect(letter).toEqual({ first_failed_at: new Date('2026-01-01T00:00:00Z') });
  });
});

describe('the lane of a dead event', () => {
  it('is free of it where it flows and no handler remains', async () => {
    expect(await bury({ from: await parked() })).toBe('gone');
    expect(await delivery.parked()).toEqual([]);
  });

  it.each(['read just now', 'parked before'])('goes on to the handlers that remain (%s)', async (how) => {
    const from = how === 'parked before' ? { from: await parked() } : {};
    expect(await bury({ remaining: ['mail'], ...from })).toBe('goes-on');
    const [row] = await delivery.parked();
    const handler = how === 'parked before' ? 'stock' : null;
    expect(row).toMatchObject({ state: 'waiting', handler, attempts: 0, pending: ['mail'] });
    expect(row?.due_in).toBeLessThanOrEqual(0);
  });

  it.each(['read just now', 'parked before'])('waits for a person where it is told to (%s)', async (how) => {
    const from = how === 'parked before' ? { from: await parked() } : {};
    expect(await bury({ laneWaits: true, remaining: ['mail'], ...from })).toBe('waits');
    expect(await delivery.parked()).toMatchObject([
      { state: 'dead', handler: 'stock', attempts: 3, pending: ['stock', 'mail'], due_in: null },
    ]);
  });

  it('stays as a person left it who was quicker, and no letter is written', async () => {
    const row = await parked();
    await delivery.database.run(sql`update parked set attempts = 0`);
    for (const change of [{}, { laneWaits: true }, { remaining: ['mail'] }])
      await expect(bury({ from: row, ...change })).rejects.toBeInstanceOf(ParkedEventChangedError);
    expect(await delivery.letters()).toEqual([]);
    expect(await copies()).toEqual([]);
    expect(await delivery.parked()).toMatchObject([{ state: 'waiting', attempts: 0 }]);
  });

  it('that was sent back to its handler and could not be read by then is dead once more', async () => {
    await bury();
    await delivery.database.run(sql`update dead_letters set status = 'retrying'`);
    const { letter } = burialOf(tenure, 5n);
    const cause = { ...letter.cause, code: 'UNKNOWN_SCHEMA' };
    await bury({ letter: { ...letter, handler: '*', cause }, from: await parked() });
    const letters = await delivery.database.rows(sql`
      select handler, status, cause_code from dead_letters order by handler`);
    expect(letters).toEqual([
      { handler: '*', status: 'dead', cause_code: 'UNKNOWN_SCHEMA' },
      { handler: 'stock', status: 'dead', cause_code: 'UNKNOWN_SCHEMA' },
    ]);
  });

  it('settles the letter of what could not be read, once it has reached a handler', async () => {
    const { letter } = burialOf(tenure, 5n);
    await bury({ letter: { ...letter, handler: '*' }, laneWaits: true });
    await delivery.database.run(sql`update dead_letters set status = 'retrying'`);
    const [row] = await delivery.store.parking.laneFrom(tenure, 'kk1', 0n, 1);
    if (!row) throw new Error('not parked');
    await bury({ from: row });
    expect(await delivery.letters()).toMatchObject([
      { handler: '*', status: 'resolved' },
      { handler: 'stock', status: 'dead' },
    ]);
  });
});
