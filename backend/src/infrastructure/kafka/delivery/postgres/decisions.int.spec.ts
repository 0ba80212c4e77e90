import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import { burialOf, parkOf } from '@/testing/delivery/requests';
import { ParkedEventChangedError } from '../delivery.errors';
import type { ParkedRow, Tenure } from '../delivery-store.port';

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

/** A lane that waits at 5 for a person, with 6 and 7 behind; the person's word is in the rows. */
async function decided(state: 'skip' | 'discard', remaining: readonly string[] = []): Promise<ParkedRow> {
  await delivery.store.bury(burialOf(tenure, 5n, { laneWaits: true, remaining }));
  await delivery.park([6n, 7n].map((offset) => parkOf(tenure, offset, { pending: ['stock', 'mail'] })));
  await delivery.park([parkOf(tenure, 8n, { key: 'other', attempts: 1 })]);
  const status = state === 'skip' ? 'skipped' : 'discarded';
  await delivery.database.run(sql`
    update dead_letters set status = ${status}, reason = 'a test order', decided_by = 'ada',
      decided_at = clock_timestamp()`);
  await delivery.database.run(sql`
    update parked set state = ${state}, due_at = clock_timestamp() where "offset" = 5`);
  const { rows } = await delivery.store.parking.due([{ tenure, except: ['kother'] }], 1);
  if (!rows[0]) throw new Error('not due');
  return rows[0];
}

const decide = (row: ParkedRow) => delivery.store.parking.decide(tenure, row);
const offsets = async () => (await delivery.parked()).map(({ offset }) => offset);

describe('skip', () => {
  it('takes the event away, and leaves what is behind it', async () => {
    expect(await decide(await decided('skip'))).toBe(1);
    expect(await offsets()).toEqual(['6', '7', '8']);
  });

  it('leaves it to the handlers that have not run', async () => {
    expect(await decide(await decided('skip', ['mail']))).toBe(0);
    const [row] = await delivery.parked();
    expect(row).toMatchObject({
      offset: '5',
      state: 'waiting',
      handler: 'stock',
      attempts: 0,
      pending: ['mail'],
    });
    expect(row?.due_in).toBeLessThanOrEqual(0);
  });
});

describe('discard', () => {
  it('makes a letter of everything that is parked in the lane, with its reason, and of nothing else', async () => {
    expect(await decide(await decided('discard', ['mail']))).toBe(3);
    expect(await offsets()).toEqual(['8']);
    const letters = await delivery.database.rows<Record<string, unknown>>(sql`
      select "offset", handler, status, reason, decided_by from dead_letters order by "offset", handler`);
    const common = { status: 'discarded', reason: 'a test order', decided_by: 'ada' };
    expect(letters).toEqual(
      ['5', '6', '7'].flatMap((offset) =>
        ['mail', 'stock'].map((handler) => ({ offset, handler, ...common })),
      ),
    );
  });

  it('also of one that a person had sent back before', async () => {
    const row = await decided('discard');
    await delivery.store.bury(burialOf(tenure, 6n));
    await delivery.database.run(sql`update dead_letters set status = 'retrying' where "offset" = 6`);
    await decide(row);
    expect((await delivery.letters()).map(({ status }) => status)).not.toContain('retrying');
  });
});

describe('a decision', () => {
  it.each(['skip', 'discard'] as const)('of another one is carried out once (%s)', async (state) => {
    const row = await decided(state);
    const both = await Promise.allSettled([decide(row), decide(row)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = both.find((one) => one.status === 'rejected');
    expect(refused?.reason).toBeInstanceOf(ParkedEventChangedError);
  });
});
