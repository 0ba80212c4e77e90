import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import { burialOf, parkOf } from '@/testing/delivery/requests';
import type { Tenure } from '../delivery-store.port';

let delivery: PostgresDelivery;

beforeAll(async () => {
  delivery = await postgresDelivery();
});
afterAll(() => delivery.close());
beforeEach(() => delivery.empty());

const save = (tenure: Tenure, watermark: bigint, mirrored: bigint | null = null, handlers = ['stock']) =>
  delivery.store.save([
    {
      tenure,
      watermark,
      segments: handlers.map((handler) => ({
        handler,
        from: 0n,
        to: watermark,
        codes: [0],
        runs: [watermark],
      })),
      mirrored,
    },
  ]);

const resets = () =>
  delivery.database.rows<{ committed: string; watermark: string }>(
    sql`select committed, watermark from outside_resets order by noticed_at`,
  );

describe('taking a partition over', () => {
  it('finds nothing at first, whatever the log has committed', async () => {
    const first = await delivery.take(2, 99n);
    expect(first).toMatchObject({ before: null, tenure: { epoch: 1n, topicId: 'topic-1', partition: 2 } });
    expect([first.watermarks.size, first.parked.size, first.letters.size]).toEqual([0, 0, 0]);
    expect(await resets()).toEqual([]);
  });

  it('raises the epoch and goes on where the last owner saved, by handler', async () => {
    const { tenure } = await delivery.take();
    await save(tenure, 12n, null, ['stock', 'mail']);
    await delivery.store.save([
      {
        tenure,
        watermark: 12n,
        segments: [{ handler: 'stock', from: 12n, to: 20n, codes: [1], runs: [8n] }],
        mirrored: null,
      },
    ]);
    const next = await delivery.take();
    expect(next.tenure.epoch).toBe(2n);
    expect(next.before).toBe(12n);
    expect(Object.fromEntries(next.watermarks)).toEqual({ stock: 20n, mail: 12n });
  });

  it('knows the progress of before accounts were kept', async () => {
    const { tenure } = await delivery.take();
    await delivery.store.save([{ tenure, watermark: 12n, segments: [], mirrored: null }]);
    const next = await delivery.take();
    expect(next.before).toBe(12n);
    expect(next.watermarks.size).toBe(0);
  });

  it('begins anew with a topic made anew, and comes back to the old one as it was left', async () => {
    const { tenure } = await delivery.take();
    await save(tenure, 12n);
    await delivery.park([parkOf(tenure, 12n, { attempts: 1 })]);
    delivery.topic.id = 'topic-2';
    const anew = await delivery.take();
    expect(anew).toMatchObject({ before: null, tenure: { epoch: 2n } });
    expect([anew.watermarks.size, anew.parked.size]).toEqual([0, 0]);
    await save(anew.tenure, 1n);
    expect(await delivery.take()).toMatchObject({ before: 1n });
    delivery.topic.id = 'topic-1';
    const back = await delivery.take();
    expect(Object.fromEntries(back.watermarks)).toEqual({ stock: 12n });
    expect(Object.fromEntries(back.parked)).toEqual({ kk1: 1 });
  });

  it('counts the rows of each lane', async () => {
    const { tenure } = await delivery.take();
    await delivery.park([
      parkOf(tenure, 1n, { attempts: 1 }),
      parkOf(tenure, 2n),
      parkOf(tenure, 3n, { attempts: 1, key: 'ü\u0001' }),
    ]);
    expect(Object.fromEntries((await delivery.take()).parked)).toEqual({ kk1: 2, 'kü\u0001': 1 });
  });

  it('gives a head to a lane whose owner ended between the head and what was behind it', async () => {
    const { tenure } = await delivery.take();
    const behind = [2n, 3n].map((offset) => parkOf(tenure, offset));
    const other = parkOf(tenure, 4n, { key: 'k2', attempts: 1, delayMs: 60_000 });
    await delivery.park([...behind, other, parkOf(tenure, 1n, { key: 'k2' })]);
    await delivery.take();
    const rows = await delivery.parked();
    expect(rows.map(({ offset, state }) => [offset, state])).toEqual([
      ['1', 'behind'],
      ['2', 'waiting'],
      ['3', 'behind'],
      ['4', 'waiting'],
    ]);
    expect(rows[1]?.due_in).toBeLessThanOrEqual(0);
    expect(rows[3]?.due_in).toBeGreaterThan(30_000);
  });

  it('tells what is dead from the watermark on, so that it is not run a second time', async () => {
    const { tenure } = await delivery.take();
    await save(tenure, 5n);
    for (const offset of [4n, 5n, 6n]) await delivery.store.bury(burialOf(tenure, offset));
    await delivery.database.run(sql`update dead_letters set status = 'skipped' where "offset" = 6`);
    expect(Object.fromEntries((await delivery.take()).letters)).toEqual({ 5: ['stock'], 6: ['stock'] });
  });

  it('does not take what we committed for a reset, nor a commit that came too late', async () => {
    const { tenure } = await delivery.take();
    await save(tenure, 10n);
    await save(tenure, 20n, 10n);
    for (const committed of [10n, 15n, 20n]) await delivery.take(0, committed);
    await delivery.take(0, null);
    expect(await resets()).toEqual([]);
  });

  it('notices once that somebody moved the group, and stays where it is', async () => {
    const { tenure } = await delivery.take();
    await save(tenure, 20n, 20n);
    const back = await delivery.take(0, 3n);
    expect(back.before).toBe(20n);
    await delivery.take(0, 3n);
    expect(await resets()).toEqual([{ committed: '3', watermark: '20' }]);
    await delivery.take(0, 900n);
    expect(await resets()).toHaveLength(2);
  });

  it('takes all of several partitions or none, and may be asked in any order', async () => {
    const partitions = [3, 1, 2].map((partition) => ({ topic: 'orders', partition, committed: null }));
    const both = await Promise.all([
      delivery.store.acquire('g', partitions),
      delivery.store.acquire('g', partitions.toReversed()),
    ]);
    expect(both.map((taken) => taken.map(({ tenure }) => tenure.partition).toSorted())).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    const epochs = both.flatMap((taken) => taken.map(({ tenure }) => tenure.epoch)).toSorted();
    expect(epochs).toEqual([1n, 1n, 1n, 2n, 2n, 2n]);
  });
});
