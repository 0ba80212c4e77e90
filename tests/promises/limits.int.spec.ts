import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import type { Delivery } from './support/delivery-on';
import { onBothEngines } from './support/on-both-engines';
import type { Step } from './support/step-events';

const steps = { name: 'steps', options: { retry: { attempts: 20, firstDelayMs: 5, longestDelayMs: 20 } } };
/** Has a group of its own, so it shows what could have been read by now. */
const witness = { name: 'witness', options: { independent: true } };
const LIMIT = 10;

const stepsOf = (keys: readonly string[], from: number, to: number): Step[] =>
  Array.from({ length: to - from + 1 }, (_, index) => keys.map((key) => ({ key, seq: from + index }))).flat();

const seenByWitness = (delivery: Delivery, count: number) =>
  eventually(async () => (await delivery.tables.effects('witness')).length === count, {
    what: `the witness to have seen ${count} events`,
  });

async function partitionsNotReadToTheEnd(delivery: Delivery): Promise<number[]> {
  const ends = await delivery.publisher.ends();
  const read = await delivery.tables.watermarks();
  return [...ends].filter(([one, end]) => (read.get(one)?.watermark ?? 0) < end).map(([one]) => one);
}

onBothEngines('limits of what is parked', (on) => {
  it.each([
    ['of one key', { parkedPerKey: LIMIT }, ['S1']],
    ['of a subscription', { parkedPerSubscription: LIMIT }, Array.from({ length: 20 }, (_, n) => `S${n}`)],
  ])('%s: beyond it the partition pauses, loses nothing, and goes on below it', async (_, limits, sick) => {
    const delivery = on();
    const { tables, publisher } = delivery;
    await delivery.start('worker', [steps, witness], { delivery: limits });
    await tables.plan(sick.map((key) => ({ handler: 'steps', key, seq: 1, fails: 1 })));
    await tables.holdParked();
    const first = 20 / sick.length;
    await publisher.publish(stepsOf(sick, 1, first));
    await eventually(async () => (await tables.countParked()) >= LIMIT, { what: 'the limit to be reached' });
    const last = first + 200 / sick.length;
    await publisher.publish(stepsOf(sick, first + 1, last));
    await seenByWitness(delivery, 220);
    // What was read before the limit was reached still parks; nothing is read after it.
    expect(await tables.countParked()).toBeLessThanOrEqual(20);
    expect(await partitionsNotReadToTheEnd(delivery)).not.toEqual([]);

    await tables.runParked();
    await tables.quiet();
    const wanted = Array.from({ length: last }, (_, index) => index + 1);
    expect(await tables.stepsByKey('steps')).toEqual(Object.fromEntries(sick.map((key) => [key, wanted])));
  });

  it('of one key: the other partitions flow on', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    await delivery.start('worker', [steps], { delivery: { parkedPerKey: LIMIT } });
    await tables.plan([{ handler: 'steps', key: 'S1', seq: 1, fails: 1 }]);
    await tables.holdParked();
    await publisher.publish(stepsOf(['S1'], 1, 20));
    await eventually(async () => (await tables.countParked()) >= LIMIT, { what: 'the limit to be reached' });
    const [sick] = await tables.parked();
    const healthy = Array.from({ length: 60 }, (_, index) => `H${index + 1}`);
    await publisher.publish(stepsOf(healthy, 1, 1));
    await eventually(
      async () =>
        (await partitionsNotReadToTheEnd(delivery)).every((partition) => partition === sick?.partition),
      { what: 'the other partitions to be read to their ends' },
    );
    await tables.runParked();
    await tables.quiet();
    expect(await tables.effects('steps')).toHaveLength(80);
  });
});
