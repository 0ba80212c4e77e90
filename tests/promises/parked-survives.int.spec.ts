import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { inLongForm } from './support/long-form';
import { onBothEngines } from './support/on-both-engines';

const steps = { name: 'steps', options: { retry: { attempts: 20, firstDelayMs: 5, longestDelayMs: 20 } } };
const PARKED = inLongForm(1_000, 100_000);
const HEALTHY = 100;

onBothEngines('what is parked', (on) => {
  it('survives the death of its process and the move of its partition', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    const first = await delivery.spawn('first', [steps], { instanceId: 'one' });
    const keys = Array.from({ length: 30 }, (_, index) => `K${index + 1}`);
    await tables.plan(keys.map((key) => ({ handler: 'steps', key, seq: 1, fails: 2 })));
    await tables.holdParked();
    await publisher.publish(keys.flatMap((key) => [1, 2].map((seq) => ({ key, seq }))));
    await eventually(async () => (await tables.parked()).length === 60, { what: 'all to be parked' });
    const heads = (await tables.parked()).filter(({ state }) => state === 'waiting');
    expect(heads).toHaveLength(30);
    expect(await tables.effects()).toEqual([]);

    expect(await first.kill()).toBe('SIGKILL');
    await delivery.spawn('second', [steps], { instanceId: 'one' });
    await delivery.spawn('third', [steps]);
    await delivery.shared(2);
    await tables.runParked();
    await tables.quiet();
    expect(await tables.stepsByKey()).toEqual(Object.fromEntries(keys.map((key) => [key, [1, 2]])));
    const done = (await tables.effects()).filter(({ seq }) => seq === 1);
    expect(new Set(done.map(({ attempt }) => attempt))).toEqual(new Set([3]));
  });

  it(`hurts nobody else where ${PARKED} are due at once`, {
    timeout: inLongForm(180_000, 1_200_000),
  }, async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    await delivery.start('worker', [steps], { delivery: { releasesPerSecond: inLongForm(100, 2_000) } });
    const sick = Array.from({ length: PARKED }, (_, index) => ({ key: `S${index + 1}`, seq: 1 }));
    await tables.plan(sick.map((step) => ({ ...step, handler: 'steps', fails: 1 })));
    await tables.holdParked();
    for (let from = 0; from < PARKED; from += 5_000) await publisher.publish(sick.slice(from, from + 5_000));
    await eventually(async () => (await tables.countParked()) === PARKED, {
      what: `${PARKED} events to be parked`,
      withinMs: inLongForm(90_000, 600_000),
    });

    await tables.runParked();
    await publisher.publish(
      Array.from({ length: HEALTHY }, (_, index) => ({ key: `H${index + 1}`, seq: 1 })),
    );
    await eventually(async () => (await tables.countEffects('H%')) === HEALTHY, { what: 'the healthy keys' });
    expect(await tables.countParked()).toBeGreaterThan(0);

    await tables.quiet(inLongForm(60_000, 300_000));
    expect(await tables.countEffects('S%')).toBe(PARKED);
  });
});
