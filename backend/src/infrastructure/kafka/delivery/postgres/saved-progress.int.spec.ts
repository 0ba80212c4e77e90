import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { TOPIC } from '@/testing/delivery/membership-fixture';
import { eventually } from '@/testing/eventually';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import type { ProgressUpdate, Tenure } from '../delivery-store.port';
import type { Segment } from '../progress/segment-writer';

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

const segment = (to: bigint, from = 0n, handler = 'stock'): Segment => ({
  handler,
  from,
  to,
  codes: to === from ? [] : [0],
  runs: to === from ? [] : [to - from],
});

const update = (watermark: bigint, change: Partial<ProgressUpdate> = {}): ProgressUpdate => ({
  tenure,
  watermark,
  segments: [segment(watermark)],
  mirrored: null,
  ...change,
});

const save = (...updates: readonly ProgressUpdate[]) => delivery.store.save(updates);

const segments = () =>
  delivery.database.rows<{ handler: string; from: string; to: string; codes: number[]; runs: string[] }>(sql`
    select handler, from_offset as from, to_offset as to, codes, runs from segments
    order by handler, from_offset`);

const progress = () =>
  delivery.database.rows<{ partition: number; watermark: string; mirrored: string | null }>(
    sql`select partition, watermark, mirrored from progress order by partition`,
  );

describe('saving progress', () => {
  it('writes watermark and accounts together, and answers with what the log may be told', async () => {
    expect(await save(update(12n))).toEqual([{ topic: TOPIC, partition: 0, offset: 12n }]);
    expect(await progress()).toEqual([{ partition: 0, watermark: '12', mirrored: null }]);
    expect(await segments()).toEqual([{ handler: 'stock', from: '0', to: '12', codes: [0], runs: ['12'] }]);
  });

  it('writes a segment anew as it grows', async () => {
    await save(update(12n));
    const grown = { ...segment(20n), codes: [0, 1, 4] as const, runs: [12n, 7n, 1n] };
    await save(update(20n, { segments: [{ ...grown, codes: [...grown.codes] }, segment(25n, 20n)] }));
    expect(await segments()).toEqual([
      { handler: 'stock', from: '0', to: '20', codes: [0, 1, 4], runs: ['12', '7', '1'] },
      { handler: 'stock', from: '20', to: '25', codes: [0], runs: ['5'] },
    ]);
  });

  it('keeps an empty segment, which fixes where an account begins', async () => {
    await save(update(7n, { segments: [segment(7n, 7n)] }));
    expect(await segments()).toEqual([{ handler: 'stock', from: '7', to: '7', codes: [], runs: [] }]);
  });

  it('remembers what was mirrored until something else was', async () => {
    await save(update(3n, { mirrored: 2n }));
    await save(update(4n));
    expect(await progress()).toMatchObject([{ mirrored: '2' }]);
  });

  it('changes nothing for a tenure that is lost, also beside the one that followed it', async () => {
    await save(update(5n));
    const { tenure: next } = await delivery.take();
    const lost = update(9n);
    expect(await save(lost)).toEqual([]);
    expect(await progress()).toMatchObject([{ watermark: '5' }]);
    const own = update(6n, { tenure: next, segments: [segment(6n, 5n)] });
    expect(await save(lost, own)).toEqual([{ topic: TOPIC, partition: 0, offset: 6n }]);
    expect((await segments()).map(({ from, to }) => [from, to])).toEqual([
      ['0', '5'],
      ['5', '6'],
    ]);
  });

  it.each([[[1, 2]], [[2, 1]]])(
    'locks rows in the order of takeovers (given as %j), so that it holds none that they need first',
    async (order) => {
      const taken = await Promise.all(order.map((partition) => delivery.take(partition)));
      const updates = taken.map((one) => update(3n, { tenure: one.tenure }));
      let saving: Promise<unknown> | undefined;
      await delivery.database.transaction(async (takeover) => {
        await takeover.run(sql`select 1 from progress where partition = 1 for update`);
        saving = save(...updates);
        await eventually(
          () =>
            delivery.database.row(sql`
            select 1 from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%update progress%'`),
          { what: 'the save to wait' },
        );
        const free = await takeover.rows(
          sql`select 1 from progress where partition = 2 for update skip locked`,
        );
        expect(free).toHaveLength(1);
      });
      expect(await saving).toHaveLength(2);
    },
  );

  it('saves the partitions that are owned where another is not any more', async () => {
    const other = (await delivery.take(1)).tenure;
    await delivery.take(1);
    expect(await save(update(3n, { tenure: other }), update(4n))).toEqual([
      { topic: TOPIC, partition: 0, offset: 4n },
    ]);
  });
});
