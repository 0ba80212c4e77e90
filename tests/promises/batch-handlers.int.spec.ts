import { expect, it } from 'vitest';
import { type BatchHandler, sql, UnitOfWork } from '@/infrastructure/kafka';
import type { EventEnvelope } from '@shop/contracts';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';
import { type Step, stepEvents } from './support/step-events';

type Run = BatchHandler<EventEnvelope<string, Step>>;

const KEYS = Array.from({ length: 60 }, (_, index) => `K${index + 1}`);
const SICK = 'K7';
const HEALTHY = KEYS.filter((key) => key !== SICK);
const retry = { attempts: 5, firstDelayMs: 5, longestDelayMs: 20 };
const wave = (seq: number) => KEYS.map((key) => ({ key, seq }));

onBothEngines(
  'a batch handler',
  (on) => {
    it('of SQL: where one event fails, only its key parks, and all others have one effect', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const worker = await delivery.start('worker', []);
      const unitOfWork = worker.app.get(UnitOfWork, { strict: false });
      const failed: number[] = [];
      const run: Run = async (batch) => {
        const rows = batch.map(({ event: { data }, context }) => ({ ...data, ...context }));
        await unitOfWork.sql.run(sql`
          insert into effects (handler, key, seq, partition, "offset", attempt, worker)
          select 'rows', key, seq, partition, "offset", attempt, 'worker' from unnest(
            ${rows.map(({ key }) => key)}::text[], ${rows.map(({ seq }) => seq)}::int[],
            ${rows.map(({ partition }) => partition)}::int[], ${rows.map(({ offset }) => offset)}::bigint[],
            ${rows.map(({ attempt }) => attempt)}::int[]
          ) as step (key, seq, partition, "offset", attempt)`);
        if (!rows.some(({ key, attempt }) => key === SICK && attempt === 1)) return;
        failed.push(batch.length);
        throw new Error('One of them is not to be had.');
      };
      await publisher.publish(wave(1));
      await tables.holdParked();
      worker.consumer.registerBatchHandler(stepEvents(delivery.topic)['step.taken'], run, {
        name: 'rows',
        maxEvents: 40,
        retry,
      });
      await eventually(async () => (await tables.effects()).length === HEALTHY.length);
      await eventually(async () => (await tables.countParked()) === 1);
      // It took others with it, and then failed by itself.
      expect(failed[0]).toBeGreaterThan(1);
      expect(failed.slice(1)).toEqual([1]);
      expect((await tables.parked()).map(({ key, attempts }) => [key, attempts])).toEqual([[SICK, 1]]);

      await publisher.publish(wave(2));
      await eventually(async () => (await tables.effects()).length === 2 * HEALTHY.length);
      await eventually(async () => (await tables.countParked()) === 2);
      expect(failed).toHaveLength(2);
      await tables.runParked();
      await tables.quiet();
      expect(await tables.stepsByKey()).toEqual(Object.fromEntries(KEYS.map((key) => [key, [1, 2]])));
    });

    it('outside SQL: never has two events of one key, nor one of a key that is parked', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const worker = await delivery.start('worker', []);
      const batches: (readonly (Step & { readonly attempt: number })[])[] = [];
      const run: Run = async (batch) => {
        const steps = batch.map(({ event: { data }, context: { attempt } }) => ({ ...data, attempt }));
        batches.push(steps);
        if (steps.some(({ key, attempt, seq }) => key === SICK && seq === 1 && attempt === 1))
          throw new Error('One of them is not to be had.');
      };
      await publisher.publish([...wave(1), ...wave(2)]);
      await tables.holdParked();
      worker.consumer.registerBatchHandler(stepEvents(delivery.topic)['step.taken'], run, {
        name: 'told',
        effects: 'external',
        maxEvents: 40,
        retry,
      });
      const done = () =>
        batches.flat().filter(({ key, seq }) => key !== SICK && seq === 2).length >= HEALTHY.length;
      await eventually(async () => done() && (await tables.countParked()) === 2);
      const ofSick = () => batches.flat().filter(({ key }) => key === SICK);
      expect(ofSick().map(({ seq, attempt }) => [seq, attempt])).toEqual([
        [1, 1],
        [1, 1],
      ]);
      expect(Math.max(...batches.map(({ length }) => length))).toBeGreaterThan(1);
      for (const batch of batches) expect(new Set(batch.map(({ key }) => key)).size).toBe(batch.length);

      await tables.runParked();
      await tables.quiet();
      expect(
        ofSick()
          .slice(2)
          .map(({ seq, attempt }) => [seq, attempt]),
      ).toEqual([
        [1, 2],
        [2, 1],
      ]);
    });

    it('outside SQL: a call that does not end in time holds its own keys, and no others', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const worker = await delivery.start('worker', []);
      const { promise: late, resolve: settle } = Promise.withResolvers<void>();
      const runs: (readonly [key: string, attempt: number])[] = [];
      const runsOf = (keys: readonly string[]) => runs.filter(([key]) => keys.includes(key));
      let stuck: readonly string[] = [];
      const run: Run = async (batch) => {
        const keys = batch.map(({ event: { data } }) => data.key);
        runs.push(...batch.map(({ event: { data }, context }) => [data.key, context.attempt] as const));
        if (stuck.length > 0 || batch.length === 1) return;
        stuck = keys;
        await late;
      };
      await publisher.publish(wave(1));
      worker.consumer.registerBatchHandler(stepEvents(delivery.topic)['step.taken'], run, {
        ...{ name: 'told', effects: 'external', maxEvents: 20, timeoutMs: 400, retry },
      });
      await eventually(async () => stuck.length > 0 && (await tables.countParked()) === stuck.length, {
        what: 'the events of the call to be parked',
      });
      const others = [...KEYS.filter((key) => !stuck.includes(key)), 'late'];
      await publisher.publish([{ key: 'late', seq: 1 }]);
      await eventually(() => runsOf(others).length === others.length, { what: 'the others to flow' });
      // Its effects may still be under way, so nothing of its keys runs beside it.
      expect(runsOf(stuck)).toHaveLength(stuck.length);
      settle();
      await tables.quiet();
      const wanted = [1, 2].flatMap((attempt) => stuck.map((key) => [key, attempt] as const));
      expect(runsOf(stuck).toSorted()).toEqual(wanted.toSorted());
      expect(runsOf(others)).toHaveLength(others.length);
    });
  },
  { partitions: 1 },
);
