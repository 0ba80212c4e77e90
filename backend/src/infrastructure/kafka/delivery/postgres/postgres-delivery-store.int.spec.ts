import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { type PostgresDelivery, postgresDelivery } from '@/testing/delivery/postgres-delivery';
import { burialOf, parkOf, runOf } from '@/testing/delivery/requests';
import { eventually } from '@/testing/eventually';
import { FencedError } from '../delivery.errors';
import type { EffectOutcomes, Tenure } from '../delivery-store.port';

let delivery: PostgresDelivery;

beforeAll(async () => {
  delivery = await postgresDelivery();
});
afterAll(() => delivery.close());
beforeEach(() => delivery.empty());

const own = async (): Promise<Tenure> => (await delivery.take()).tenure;
const effect = () => delivery.effect('once');

async function inTransaction(
  tenure: Tenure,
  work: () => Promise<unknown>,
): Promise<EffectOutcomes | undefined> {
  const [outcomes] = await delivery.store.together(
    [runOf(tenure, 5n)],
    async ([known]) => {
      if (known?.[0] === 'handled') await work();
    },
    10_000,
  );
  return outcomes;
}

describe('one effect', () => {
  it('runs an event once, however often it comes', async () => {
    const tenure = await own();
    expect(await inTransaction(tenure, effect)).toEqual(['handled']);
    expect(await inTransaction(tenure, effect)).toEqual(['again']);
    expect(await delivery.effects()).toEqual(['once']);
  });

  it('keeps neither effect nor inbox row of a run that failed', async () => {
    const tenure = await own();
    const failing = inTransaction(tenure, async () => {
      await effect();
      throw new TypeError('no such thing');
    });
    await expect(failing).rejects.toThrow('no such thing');
    expect(await delivery.effects()).toEqual([]);
    expect(await inTransaction(tenure, effect)).toEqual(['handled']);
  });

  it('of runs that share a transaction leaves out the one that failed before it touched anything', async () => {
    const tenure = await own();
    const runs = [runOf(tenure, 5n), runOf(tenure, 6n)];
    const failed = new TypeError('not yet');
    await delivery.store.together(
      runs,
      async (_, parts) => {
        expect(await parts.attempt(0, () => Promise.reject(failed))).toEqual({ error: failed });
        expect(await parts.attempt(1, () => delivery.effect('kept'))).toBeUndefined();
      },
      10_000,
    );
    expect(await delivery.effects()).toEqual(['kept']);
    expect(await delivery.store.seen(runs)).toEqual([['handled'], ['again']]);
    expect(await inTransaction(tenure, effect)).toEqual(['handled']);
  });

  it('rolls all of them back where what failed is among them a second time', async () => {
    const tenure = await own();
    const first = runOf(tenure, 5n);
    const runs = [first, runOf(tenure, 6n, { mark: first.mark }), runOf(tenure, 7n)];
    let known: readonly EffectOutcomes[] = [];
    const together = delivery.store.together(
      runs,
      async (outcomes, parts) => {
        known = outcomes;
        await parts.attempt(0, () => Promise.reject(new TypeError('not yet')));
        await parts.attempt(2, () => delivery.effect('lost'));
      },
      10_000,
    );
    await expect(together).rejects.toThrow('twice');
    expect(known).toEqual([['handled'], ['repeated'], ['handled']]);
    expect(await delivery.effects()).toEqual([]);
    expect(await delivery.database.rows(sql`select "offset" from repeats`)).toEqual([]);
    expect(await delivery.store.seen(runs)).toEqual([['handled'], ['handled'], ['handled']]);
  });

  it('rolls all of them back where the one that failed had an effect', async () => {
    const tenure = await own();
    const runs = [runOf(tenure, 5n), runOf(tenure, 6n)];
    const together = delivery.store.together(
      runs,
      async (_, parts) => {
        await parts.attempt(0, () => delivery.effect('lost'));
        await parts.attempt(1, async () => {
          await delivery.effect('lost too');
          throw new TypeError('too late');
        });
      },
      10_000,
    );
    await expect(together).rejects.toThrow('too late');
    expect(await delivery.effects()).toEqual([]);
    expect(await delivery.store.seen(runs)).toEqual([['handled'], ['handled']]);
  });

  it('lets two runs at once commit one effect', async () => {
    const tenure = await own();
    const outcomes = await Promise.all([inTransaction(tenure, effect), inTransaction(tenure, effect)]);
    expect(outcomes.flat().toSorted()).toEqual(['again', 'handled']);
    expect(await delivery.effects()).toEqual(['once']);
  });

  it('writes the row of an external effect after it', async () => {
    const tenure = await own();
    const { store } = delivery;
    const run = runOf(tenure, 5n);
    expect(await store.seen([run])).toEqual([['handled']]);
    await store.remember([run]);
    await store.remember([run]);
    expect(await store.seen([run])).toEqual([['again']]);
  });

  it('ends a transaction whose time is over, and nothing of it is kept', async () => {
    const tenure = await own();
    const { store } = delivery;
    const endless = store.together(
      [runOf(tenure, 5n)],
      async () => {
        await effect();
        await new Promise(() => undefined);
      },
      100,
    );
    await expect(endless).rejects.toMatchObject({ code: 'HANDLER_TIMED_OUT' });
    expect(await delivery.effects()).toEqual([]);
    expect(await inTransaction(tenure, effect)).toEqual(['handled']);
  });
});

describe('the fence', () => {
  it('rolls back the effect of an owner that was replaced', async () => {
    const zombie = await own();
    await own();
    await expect(inTransaction(zombie, effect)).rejects.toBeInstanceOf(FencedError);
    expect(await delivery.effects()).toEqual([]);
  });

  it('keeps a replaced owner from beginning another effect outside of SQL, and from remembering one', async () => {
    const zombie = await own();
    await own();
    await expect(delivery.store.seen([runOf(zombie, 5n)])).rejects.toBeInstanceOf(FencedError);
    await expect(delivery.store.remember([runOf(zombie, 5n)])).rejects.toBeInstanceOf(FencedError);
  });

  it('without its epoch check would let that effect through', async () => {
    const zombie = await own();
    const { epoch } = await own();
    expect(await inTransaction({ ...zombie, epoch }, effect)).toEqual(['handled']);
    expect(await delivery.effects()).toEqual(['once']);
  });

  it('makes a new owner wait for an effect that is committing', async () => {
    const tenure = await own();
    const order: string[] = [];
    const begun = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    const running = inTransaction(tenure, async () => {
      begun.resolve();
      await letGo.promise;
      await effect();
      order.push('effect');
    });
    await begun.promise;
    const next = own().then(() => order.push('owner'));
    await eventually(async () => {
      const waiting = await delivery.database.row<{ count: string }>(
        sql`select count(*) from pg_locks where locktype = 'advisory' and not granted`,
      );
      return Number(waiting?.count) > 0;
    });
    letGo.resolve();
    await Promise.all([running, next]);
    expect(order).toEqual(['effect', 'owner']);
  });

  it('refuses what an earlier owner parks, buries and decides', async () => {
    const zombie = await own();
    const [row] = await delivery.park([parkOf(zombie, 5n, { attempts: 1 })]);
    if (!row) throw new Error('not parked');
    await own();
    const before = await delivery.parked();
    const { parking } = delivery.store;
    await expect(parking.park([parkOf(zombie, 6n)])).rejects.toBeInstanceOf(FencedError);
    await expect(parking.decide(zombie, { ...row, state: 'skip' })).rejects.toBeInstanceOf(FencedError);
    await expect(delivery.store.bury(burialOf(zombie, 5n, { from: row }))).rejects.toBeInstanceOf(
      FencedError,
    );
    expect((await delivery.parked()).map(({ offset }) => offset)).toEqual(before.map(({ offset }) => offset));
    expect(await delivery.letters()).toEqual([]);
  });
});
