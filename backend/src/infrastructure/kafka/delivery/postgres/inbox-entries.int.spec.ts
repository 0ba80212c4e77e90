import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import { runOf } from '@/testing/delivery/requests';
import { FencedError } from '../delivery.errors';
import type { EffectRun, Tenure } from '../delivery-store.port';
import { enterInbox, findInInbox } from './inbox-entries';

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

const enter = (runs: readonly EffectRun[]) =>
  delivery.database.transaction((session) => enterInbox(session, runs));

const rows = async () =>
  (
    await delivery.database.rows<{ handler: string; offset: string }>(
      sql`select handler, "offset" from inbox order by "offset", handler`,
    )
  ).map(({ handler, offset }) => `${handler} ${offset}`);

/** The same event as another record of the log. */
const copyAt = (offset: bigint, of: bigint) => runOf(tenure, offset, { mark: runOf(tenure, of).mark });

describe('entering the inbox', () => {
  it('tells by run and handler what is new', async () => {
    expect(await enter([runOf(tenure, 1n)])).toEqual([['handled']]);
    const both = [runOf(tenure, 1n, { handlers: ['stock', 'mail'] }), runOf(tenure, 2n)];
    expect(await enter(both)).toEqual([['again', 'handled'], ['handled']]);
    expect(await rows()).toEqual(['mail 1', 'stock 1', 'stock 2']);
  });

  it('knows an event that comes at another offset, and one that was entered beside it', async () => {
    await enter([runOf(tenure, 1n)]);
    expect(await enter([copyAt(7n, 1n), runOf(tenure, 2n), copyAt(3n, 2n)])).toEqual([
      ['repeated'],
      ['handled'],
      ['repeated'],
    ]);
    expect(await rows()).toEqual(['stock 1', 'stock 2']);
  });

  it('does not take the same offset of a topic made anew for the same record', async () => {
    await enter([runOf(tenure, 1n)]);
    delivery.topic.id = 'topic-2';
    ({ tenure } = await delivery.take());
    expect(await enter([runOf(tenure, 1n)])).toEqual([['repeated']]);
  });

  it('takes rows from before topics had an identity for what they are', async () => {
    await enter([runOf(tenure, 1n)]);
    await delivery.database.run(sql`update inbox set topic_id = ''`);
    expect(await enter([runOf(tenure, 1n)])).toEqual([['again']]);
  });

  it('enters nothing where one partition among several has a new owner', async () => {
    const other = (await delivery.take(1)).tenure;
    await delivery.take(1);
    await expect(enter([runOf(tenure, 1n), runOf(other, 2n), runOf(tenure, 3n)])).rejects.toBeInstanceOf(
      FencedError,
    );
    expect(await rows()).toEqual([]);
  });

  it('finds without entering', async () => {
    await enter([runOf(tenure, 1n)]);
    const runs = [runOf(tenure, 1n), copyAt(9n, 1n), runOf(tenure, 2n)];
    expect(await findInInbox(delivery.database, runs)).toEqual([['again'], ['repeated'], ['handled']]);
    expect(await rows()).toEqual(['stock 1']);
  });

  it('lets two transactions with the same events in other orders wait for each other in one direction', async () => {
    const offsets = Array.from({ length: 50 }, (_, index) => BigInt(index));
    const runs = (order: readonly bigint[]) => order.map((offset) => runOf(tenure, offset));
    const entered = await Promise.all([
      enter(runs(offsets)),
      enter(runs(offsets.toReversed())),
      enter(runs(offsets)),
    ]);
    expect(entered.flat(2).filter((outcome) => outcome === 'handled')).toHaveLength(50);
  });
});
