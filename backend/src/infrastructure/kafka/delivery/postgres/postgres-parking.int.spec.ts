import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TOPIC } from '@/testing/delivery/membership-fixture';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import { parkOf } from '@/testing/delivery/requests';
import { ParkedEventChangedError } from '../delivery.errors';
import type { Tenure } from '../delivery-store.port';

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

const LONG_MS = 60_000;
const due = (limit = 10, except: readonly string[] = []) =>
  delivery.store.parking.due([{ tenure, except }], limit);
const offsetsOf = ({ rows }: Awaited<ReturnType<typeof due>>) => rows.map(({ record }) => record.offset);

describe('parking', () => {
  it('keeps a record as it was, and gives it back so', async () => {
    const headers = [
      ['ce_type', Buffer.from('order.created')],
      ['raw', Buffer.from([0, 0xff])],
      ['none', null],
    ] as const;
    const record = {
      topic: TOPIC,
      partition: 0,
      offset: 9_007_199_254_740_993n,
      key: Buffer.from([0xff, 0x00]),
      value: null,
      headers,
      timestamp: 1_700_000_000_123,
    };
    const lane = 'k\u00ff\u0000';
    const request = parkOf(tenure, 1n, { attempts: 1, pending: ['stock', 'mail'], record, lane });
    const [row] = await delivery.park([request]);
    expect(row).toEqual({
      record,
      lane,
      pending: ['stock', 'mail'],
      handler: 'stock',
      attempts: 1,
      state: 'waiting',
      editedValue: null,
    });
  });

  it('makes a follower a row without a time', async () => {
    await delivery.park([parkOf(tenure, 1n, { attempts: 2, delayMs: LONG_MS }), parkOf(tenure, 2n)]);
    expect(await delivery.parked()).toMatchObject([
      { state: 'waiting', handler: 'stock', attempts: 2 },
      { state: 'behind', handler: null, attempts: 0, due_in: null },
    ]);
  });

  it('gives a due time by the database, whatever the clock here says', async () => {
    await delivery.park([parkOf(tenure, 1n, { attempts: 1, delayMs: LONG_MS })]);
    const [row] = await delivery.parked();
    expect(row?.due_in).toBeGreaterThan(LONG_MS - 20_000);
    expect(row?.due_in).toBeLessThanOrEqual(LONG_MS);
  });

  it('lets a redelivered record find its own row', async () => {
    await delivery.park([parkOf(tenure, 1n, { attempts: 3, delayMs: LONG_MS })]);
    await delivery.park([parkOf(tenure, 1n)]);
    expect(await delivery.parked()).toMatchObject([{ state: 'waiting', attempts: 3, pending: ['stock'] }]);
  });

  it('lets a handler that was added later join the others', async () => {
    await delivery.park([parkOf(tenure, 1n, { attempts: 3, pending: ['stock', 'mail'] })]);
    await delivery.park([parkOf(tenure, 1n, { pending: ['mail', 'search'] })]);
    expect(await delivery.parked()).toMatchObject([
      { handler: 'stock', pending: ['stock', 'mail', 'search'] },
    ]);
  });

  it('puts a row off by a compare-and-set, all of a batch or none', async () => {
    const [row] = await delivery.park([parkOf(tenure, 1n, { attempts: 1, pending: ['stock', 'mail'] })]);
    if (!row) throw new Error('not parked');
    const again = (attempts: number) =>
      parkOf(tenure, 1n, { attempts, delayMs: LONG_MS, pending: ['mail'], from: row });
    await delivery.park([again(2)]);
    expect(await delivery.parked()).toMatchObject([{ attempts: 2, handler: 'mail', pending: ['mail'] }]);
    const stale = delivery.store.parking.park([parkOf(tenure, 2n), again(2)]);
    await expect(stale).rejects.toBeInstanceOf(ParkedEventChangedError);
    expect(await delivery.parked()).toHaveLength(1);
  });
});

describe('what is due', () => {
  it('is the heads whose time has come, oldest first, at most so many', async () => {
    for (const [offset, key] of [
      [3n, 'a'],
      [1n, 'b'],
      [2n, 'c'],
    ] as const)
      await delivery.park([parkOf(tenure, offset, { key, attempts: 1 })]);
    await delivery.park([
      parkOf(tenure, 8n, { key: 'a' }),
      parkOf(tenure, 9n, { key: 'd', attempts: 1, delayMs: LONG_MS }),
    ]);
    expect(offsetsOf(await due())).toEqual([3n, 1n, 2n]);
    expect(offsetsOf(await due(2))).toEqual([3n, 1n]);
  });

  it('tells how long until the next one, and looks for a person within a quarter of a second', async () => {
    expect((await due()).nextMs).toBe(250);
    await delivery.park([parkOf(tenure, 1n, { attempts: 1, delayMs: LONG_MS })]);
    expect((await due()).nextMs).toBe(250);
    await delivery.park([parkOf(tenure, 2n, { key: 'b', attempts: 1, delayMs: 200 })]);
    const { rows, nextMs } = await due();
    expect(rows).toEqual([]);
    expect(nextMs).toBeLessThanOrEqual(200);
  });

  it('leaves out lanes of the partition that are under way, and no others of their name', async () => {
    const other = (await delivery.take(1)).tenure;
    await delivery.park([
      parkOf(tenure, 1n, { attempts: 1 }),
      parkOf(tenure, 2n, { key: 'k2', attempts: 1 }),
    ]);
    await delivery.park([parkOf(other, 3n, { attempts: 1 })]);
    const { rows } = await delivery.store.parking.due(
      [
        { tenure, except: ['kk1'] },
        { tenure: other, except: ['kk2'] },
      ],
      10,
    );
    expect(rows.map((row) => [row.record.offset, row.tenure])).toEqual([
      [2n, tenure],
      [3n, other],
    ]);
  });

  it('is nothing of a topic that was made anew', async () => {
    await delivery.park([parkOf(tenure, 1n, { attempts: 1 })]);
    delivery.topic.id = 'topic-2';
    ({ tenure } = await delivery.take());
    expect(offsetsOf(await due())).toEqual([]);
  });

  it('shows a lane in order, from an offset on', async () => {
    const requests = [5n, 1n, 3n].map((offset) => parkOf(tenure, offset));
    await delivery.park([...requests, parkOf(tenure, 2n, { key: 'other' })]);
    const rows = await delivery.store.parking.laneFrom(tenure, 'kk1', 2n, 10);
    expect(rows.map(({ record }) => record.offset)).toEqual([3n, 5n]);
    expect(await delivery.store.parking.laneFrom(tenure, 'kk1', 0n, 1)).toHaveLength(1);
  });
});
