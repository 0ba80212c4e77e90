import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { seededRandom } from '../support/random';
import { type Fault, FOR_EVER } from './support/effect-tables';
import { inLongForm, newSeed } from './support/long-form';
import { onBothEngines } from './support/on-both-engines';
import { type Step, type StepType, waves } from './support/step-events';
import type { HandlerPlan } from './support/worker-settings';

const KEYS = 1_000;
const STEPS = inLongForm(3, 20);
const DEAD = inLongForm(5, 50);
const retry = { attempts: 4, firstDelayMs: 20, longestDelayMs: 200 };
const handlers: readonly HandlerPlan[] = [
  { name: 'taken', eventType: 'step.taken', options: { retry, onDead: 'wait' } },
  { name: 'told', eventType: 'step.told', options: { retry, onDead: 'wait' } },
];

const typeOf = (seq: number): StepType => (seq % 3 === 0 ? 'step.told' : 'step.taken');
const handlerOf = (seq: number): string => (seq % 3 === 0 ? 'told' : 'taken');

function randomFaults(steps: readonly Step[], random: () => number): Fault[] {
  const failing = steps
    .filter(() => random() < inLongForm(0.02, 0.04))
    .map(({ key, seq }) => ({ handler: handlerOf(seq), key, seq, fails: 1 + Math.floor(random() * 3) }));
  const dead = Array.from({ length: DEAD }, (_, index) => ({
    handler: 'taken',
    key: `K${1 + index * Math.floor(KEYS / DEAD)}`,
    seq: 1,
    fails: FOR_EVER,
  }));
  const known = new Set(dead.map(({ key }) => key));
  return [...failing.filter(({ key }) => !known.has(key)), ...dead];
}

const seed = newSeed();

onBothEngines(
  'order per key',
  (on) => {
    it(`holds for ${KEYS} keys under failures, processes that come and go, and a person's retries (seed ${seed})`, {
      timeout: inLongForm(240_000, 1_200_000),
    }, async () => {
      const delivery = on();
      const { tables, publisher, operator } = delivery;
      const random = seededRandom(seed);
      const steps = waves(KEYS, STEPS);
      let here = [await delivery.spawn('worker-0', handlers)];
      const faults = randomFaults(steps.flat(), random);
      await tables.plan(faults);

      const rebalancing = (async () => {
        for (let next = 1; next <= inLongForm(2, 12); next++) {
          here.push(await delivery.spawn(`worker-${next}`, handlers));
          const leaving = here[Math.floor(random() * (here.length - 1))];
          here = here.filter((worker) => worker !== leaving);
          if (random() < 0.5) await leaving?.stop();
          else await leaving?.kill();
        }
      })();
      for (const wave of steps) {
        await publisher.publish(wave.map((step) => ({ ...step, eventType: typeOf(step.seq) })));
      }
      await rebalancing;

      for (const { key } of faults.filter(({ fails }) => fails === FOR_EVER)) {
        const letter = await operator.dead(key);
        await tables.plan([{ handler: 'taken', key, seq: 1, fails: 0 }]);
        await operator.retry(letter);
      }
      await tables.quiet(inLongForm(90_000, 300_000));
      expect(await tables.neverStruck()).toEqual([]);

      const workers = new Set((await tables.effects()).map(({ worker }) => worker));
      expect(workers.size).toBeGreaterThan(1);
      const inOrder = Array.from({ length: STEPS }, (_, index) => index + 1);
      const byKey = await tables.stepsByKey();
      expect(Object.keys(byKey)).toHaveLength(KEYS);
      const wrong = Object.entries(byKey).filter(([, seen]) => seen.join() !== inOrder.join());
      expect(wrong).toEqual([]);
      await eventually(async () => (await tables.letters()).every(({ status }) => status === 'resolved'));
      expect(await tables.letters()).toHaveLength(DEAD);
    });
  },
  { partitions: 6, alsoByNewerProtocol: true },
);
