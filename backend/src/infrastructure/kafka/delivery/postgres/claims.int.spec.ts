import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import { burialOf, parkOf, runOf } from '@/testing/delivery/requests';
import { ParkedEventChangedError } from '../delivery.errors';
import type { EffectRun, ParkedRow, Tenure } from '../delivery-store.port';

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

async function parked(offset: bigint, pending = ['stock']): Promise<ParkedRow> {
  const key = `k${offset}`;
  const [row] = await delivery.park([parkOf(tenure, offset, { key, attempts: 1, pending })]);
  if (!row) throw new Error('not parked');
  return row;
}

const claimed = (row: ParkedRow, remaining: readonly string[] = []): EffectRun =>
  runOf(tenure, row.record.offset, { claim: { row, remaining } });

const runTogether = (...runs: readonly EffectRun[]) =>
  delivery.store.together(
    runs,
    async () => {
      await delivery.effect('once');
    },
    10_000,
  );

describe('the parked row of a run', () => {
  it('goes together with the effect', async () => {
    await runTogether(claimed(await parked(1n)), claimed(await parked(2n)));
    expect(await delivery.parked()).toEqual([]);
    expect(await delivery.effects()).toEqual(['once']);
  });

  it('stays for the handlers that have not run', async () => {
    const row = await parked(1n, ['stock', 'mail', 'search']);
    await runTogether(claimed(row, ['mail', 'search']));
    expect(await delivery.parked()).toMatchObject([
      { state: 'waiting', attempts: 1, pending: ['mail', 'search'] },
    ]);
  });

  it('stays where the effect is rolled back', async () => {
    const failing = delivery.store.together(
      [claimed(await parked(1n))],
      async () => {
        throw new Error('no stock');
      },
      10_000,
    );
    await expect(failing).rejects.toThrow('no stock');
    expect(await delivery.parked()).toHaveLength(1);
  });

  it('goes also where the event had its effect before', async () => {
    await delivery.store.remember([runOf(tenure, 1n)]);
    expect(await runTogether(claimed(await parked(1n)))).toEqual([['again']]);
    expect(await delivery.parked()).toEqual([]);
  });

  it.each([
    ['attempts', sql`attempts = 0`],
    ['state', sql`state = 'skip'`],
  ])('refuses the effect where a person has changed its %s meanwhile', async (_, change) => {
    const row = await parked(1n);
    const other = await parked(2n);
    await delivery.database.run(sql`update parked set ${change} where "offset" = 1`);
    for (const remaining of [[], ['mail']]) {
      const run = runTogether(claimed(row, remaining), claimed(other));
      await expect(run).rejects.toBeInstanceOf(ParkedEventChangedError);
    }
    await expect(delivery.store.remember([claimed(row)])).rejects.toBeInstanceOf(ParkedEventChangedError);
    expect(await delivery.parked()).toHaveLength(2);
    expect(await delivery.effects()).toEqual([]);
  });

  it.each([
    [null, 'resolved'],
    [Buffer.from('mended'), 'edited'],
  ])('settles the letter of an event that a person sent back (edited: %s)', async (edited, status) => {
    for (const handler of ['stock', 'mail']) {
      const burial = burialOf(tenure, 1n);
      await delivery.store.bury({ ...burial, letter: { ...burial.letter, handler } });
    }
    await delivery.database.run(sql`update dead_letters set status = 'retrying', edited_value = ${edited}`);
    await runTogether(claimed(await parked(1n)));
    expect(await delivery.letters()).toMatchObject([
      { handler: 'mail', status: 'retrying' },
      { handler: 'stock', status },
    ]);
  });

  it('settles the letter of what could not be read, too', async () => {
    const burial = burialOf(tenure, 1n);
    await delivery.store.bury({ ...burial, letter: { ...burial.letter, handler: '*' } });
    await delivery.database.run(sql`update dead_letters set status = 'retrying'`);
    await runTogether(claimed(await parked(1n, ['*'])));
    expect(await delivery.letters()).toMatchObject([{ handler: '*', status: 'resolved' }]);
  });
});
