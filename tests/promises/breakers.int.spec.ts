import { expect, it } from 'vitest';
import { Breakers, DependencyError } from '@/infrastructure/kafka';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';
import { type Step, stepEvents } from './support/step-events';

const HANDLER = 'mail';
/** Has a group of its own, so it shows what could have been read by now. */
const witness = { name: 'witness', options: { independent: true } };
const FAILURES = 3;
/** Long enough to see what does not happen meanwhile. */
const OPEN_MS = 8_000;

const held = Array.from({ length: 20 }, (_, index) => ({ key: `H${index}`, seq: 1 }));

onBothEngines(
  'a handler whose dependency is away',
  (on) => {
    it('gets no event while its breaker is open, which costs none of them an attempt, and then one', async () => {
      const delivery = on();
      const { group, topic, tables, publisher } = delivery;
      const worker = await delivery.start('worker', [witness]);
      const breakers = worker.app.get(Breakers, { strict: false });
      const state = () => breakers.reports().find(({ name }) => name === `${group}/${HANDLER}`)?.state;
      const runs: (readonly [key: string, attempt: number])[] = [];
      const probe = Promise.withResolvers<void>();
      let isAway = true;
      worker.consumer.registerHandler(
        stepEvents(topic)['step.taken'],
        async ({ data: { key } }: { data: Step }, { attempt }) => {
          runs.push([key, attempt]);
          if (isAway) throw new DependencyError('the post office');
          await probe.promise;
        },
        {
          ...{ name: HANDLER, effects: 'external' },
          retry: { firstDelayMs: 1, longestDelayMs: 5 },
          breaker: { failures: FAILURES, openMs: OPEN_MS, longestOpenMs: OPEN_MS },
        },
      );
      const seenByWitness = (count: number) =>
        eventually(async () => (await tables.effects(witness.name)).length === count, {
          what: `the witness to have seen ${count} events`,
        });

      await publisher.publish([{ key: 'K1', seq: 1 }]);
      await eventually(() => state() === 'open', { what: 'the breaker to open' });
      isAway = false;
      expect(runs).toHaveLength(FAILURES);
      await publisher.publish(held);
      await seenByWitness(1 + held.length);
      expect(state()).toBe('open');
      expect(runs).toHaveLength(FAILURES);
      expect((await tables.parked()).map(({ key, attempts }) => [key, attempts])).toEqual([['K1', FAILURES]]);

      await eventually(() => runs.length > FAILURES, { what: 'the one that asks whether it is back' });
      await publisher.publish([{ key: 'K2', seq: 1 }]);
      await seenByWitness(2 + held.length);
      expect(state()).toBe('half-open');
      expect(runs).toHaveLength(FAILURES + 1);

      probe.resolve();
      await tables.quiet();
      expect(state()).toBe('closed');
      expect(runs.slice(0, FAILURES)).toEqual([1, 2, 3].map((attempt) => ['K1', attempt]));
      const later: (readonly [string, number])[] = [...held, { key: 'K2' }].map(({ key }) => [key, 1]);
      expect(runs.slice(FAILURES).toSorted()).toEqual([...later, ['K1', FAILURES + 1]].toSorted());
      expect(await tables.letters()).toEqual([]);
    });
  },
  { partitions: 1 },
);
