import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { DeadLetters } from '@/infrastructure/kafka/dead-letters/dead-letters';
import type { LetterStatus } from '@/infrastructure/kafka/dead-letters/letter';
import { eventually } from '@/testing/eventually';
import { FOR_EVER } from './support/effect-tables';
import { onBothEngines } from './support/on-both-engines';

const BY = 'ada';
const steps = { name: 'steps', options: { retry: { attempts: 1 }, onDead: 'wait' as const } };
const KEYS = ['K1', 'K2', 'K3', 'K4'];

onBothEngines('an operator’s act on a dead letter', (on) => {
  /** The first step of each key is dead, its second waits behind it, and K5 is well. */
  async function deadFirstSteps() {
    const delivery = on();
    const { tables, publisher } = delivery;
    const worker = await delivery.start('worker', [steps]);
    const letters = worker.app.get(DeadLetters, { strict: false });
    await tables.plan(KEYS.map((key) => ({ handler: 'steps', key, seq: 1, fails: FOR_EVER })));
    await publisher.publish([1, 2].flatMap((seq) => [...KEYS, 'K5'].map((key) => ({ key, seq }))));
    const dead = await eventually(
      async () => {
        const { items } = await letters.list({ status: 'dead' }, 10);
        return items.length === KEYS.length && items;
      },
      { what: 'a dead letter of each key' },
    );
    await tables.quiet();
    expect(await tables.stepsByKey()).toEqual({ K5: [1, 2] });
    const idOf = (key: string) => dead.find(({ key: its }) => its === key)?.id ?? '';
    const idsOf = async (status: LetterStatus) =>
      (await letters.list({ status }, 10)).items.map(({ id }) => id).toSorted();
    return { delivery, letters, idOf, idsOf };
  }

  it('edit runs the event with its new data, before what waits behind it', async () => {
    const { delivery, letters, idOf, idsOf } = await deadFirstSteps();
    await letters.act(idOf('K1'), { kind: 'edit', edit: { patch: { seq: 10 } } }, BY);
    await eventually(async () => (await delivery.tables.stepsByKey())['K1']?.length === 2);
    expect(await delivery.tables.stepsByKey()).toEqual({ K1: [10, 2], K5: [1, 2] });
    expect(await idsOf('edited')).toEqual([idOf('K1')]);
  });

  it('discard takes what waits behind it along, and frees its key', async () => {
    const { delivery, letters, idOf, idsOf } = await deadFirstSteps();
    const { tables, publisher } = delivery;
    await letters.act(idOf('K1'), { kind: 'discard', reason: 'a test' }, BY);
    await eventually(async () => (await idsOf('discarded')).length === 2, {
      what: 'both steps to be discarded',
    });
    await publisher.publish([{ key: 'K1', seq: 3 }]);
    await eventually(async () => (await tables.stepsByKey())['K1'], { what: 'the next step' });
    expect(await tables.stepsByKey()).toEqual({ K1: [3], K5: [1, 2] });
    expect(await idsOf('dead')).toEqual(KEYS.slice(1).map(idOf).toSorted());
  });

  it('in bulk is done to all that are selected, and to no other', async () => {
    const { delivery, letters, idOf, idsOf } = await deadFirstSteps();
    const selected = ['K1', 'K2', 'K3'];
    await delivery.tables.plan(selected.map((key) => ({ handler: 'steps', key, seq: 1, fails: 0 })));
    const id = randomUUID();
    const selection = { ids: selected.map(idOf) };
    await letters.startBulk({ id, selection, act: { kind: 'retry' }, rate: 1_000, by: BY });
    const job = await eventually(
      async () => {
        const found = await letters.findBulk(id);
        return found?.state === 'finished' && found;
      },
      { what: 'the job to finish' },
    );
    expect(job).toMatchObject({ done: 3, failed: 0 });
    await delivery.tables.quiet();
    expect(await delivery.tables.stepsByKey()).toEqual({ K1: [1, 2], K2: [1, 2], K3: [1, 2], K5: [1, 2] });
    expect(await idsOf('resolved')).toEqual(selected.map(idOf).toSorted());
    expect(await idsOf('dead')).toEqual([idOf('K4')]);
  });
});
