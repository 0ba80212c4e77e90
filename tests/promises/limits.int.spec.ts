import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';

const steps = { name: 'steps', options: { retry: { attempts: 20, firstDelayMs: 5, longestDelayMs: 20 } } };
const LIMIT = 10;

onBothEngines('limits of what is parked', (on) => {
  it.each([
    ['of one key', { parkedPerKey: LIMIT }, 1],
    ['of a subscription', { parkedPerSubscription: LIMIT }, 40],
  ])('%s: the partition pauses, loses nothing, and goes on below the limit', async (_, limits, sickKeys) => {
    const delivery = on();
    const { tables, publisher } = delivery;
    await delivery.start('worker', [steps], { delivery: limits });
    const sick = Array.from({ length: sickKeys }, (_, index) => `S${index + 1}`);
    await tables.plan(sick.map((key) => ({ handler: 'steps', key, seq: 1, fails: 1 })));
    await tables.holdParked();
    const count = 120 / sickKeys;
    const all = Array.from({ length: count }, (_, seq) => sick.map((key) => ({ key, seq: seq + 1 }))).flat();
    await publisher.publish(all);
    await eventually(async () => (await tables.countParked()) >= LIMIT, { what: 'the limit to be reached' });

    // Reached the limit, and something of each sick partition lies beyond: it stands.
    const ends = await publisher.ends();
    const read = await tables.watermarks();
    const standing = [...ends].filter(([partition, end]) => (read.get(partition)?.watermark ?? 0) < end);
    expect(standing.length).toBeGreaterThan(0);
    // Runs that were under way when it was reached still park.
    expect(await tables.countParked()).toBeLessThan(120);

    await tables.runParked();
    await tables.quiet();
    const wanted = Array.from({ length: count }, (_, seq) => seq + 1);
    expect(await tables.stepsByKey()).toEqual(Object.fromEntries(sick.map((key) => [key, wanted])));
  });

  it('of one key: other partitions flow on', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    await delivery.start('worker', [steps], { delivery: { parkedPerKey: LIMIT } });
    await tables.plan([{ handler: 'steps', key: 'S1', seq: 1, fails: 1 }]);
    await tables.holdParked();
    await publisher.publish(Array.from({ length: 100 }, (_, seq) => ({ key: 'S1', seq: seq + 1 })));
    await eventually(async () => (await tables.countParked()) >= LIMIT, { what: 'the limit to be reached' });
    const [sick] = await tables.parked();
    await publisher.publish(Array.from({ length: 60 }, (_, index) => ({ key: `H${index + 1}`, seq: 1 })));
    const others = async () => {
      const ends = await publisher.ends();
      const read = await tables.watermarks();
      return [...ends].every(
        ([partition, end]) => partition === sick?.partition || read.get(partition)?.watermark === end,
      );
    };
    await eventually(others, { what: 'the other partitions to be read to their ends' });
    expect(await tables.countParked()).toBeLessThan(100);
    await tables.runParked();
    await tables.quiet();
    expect(await tables.effects()).toHaveLength(160);
  });
});
