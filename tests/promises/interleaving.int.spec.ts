import { expect, it } from 'vitest';
import { type HandlerFunction, sql, UnitOfWork } from '@/infrastructure/kafka';
import type { EventEnvelope } from '@shop/contracts';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';
import { type Step, stepEvents } from './support/step-events';

type Run = HandlerFunction<EventEnvelope<string, Step>>;

const KEYS = Array.from({ length: 60 }, (_, index) => `K${index + 1}`);
const STEPS = [1, 2, 3];
const TOO_EARLY = 'K7';
const TOO_LATE = 'K11';
const STUCK = 'K13';
const retry = { attempts: 5, firstDelayMs: 5, longestDelayMs: 20 };

onBothEngines(
  'a handler that interleaves',
  (on) => {
    it.each([true, false])(
      'shares its way with other keys where it says so (%s), in order per key, with one effect each',
      async (interleaves) => {
        const delivery = on();
        const { tables, publisher } = delivery;
        const worker = await delivery.start('worker', []);
        const unitOfWork = worker.app.get(UnitOfWork, { strict: false });
        const inTransaction = new Map<string, number>();
        let most = 0;
        const failed: string[] = [];
        const failOnce = (what: string) => {
          if (failed.includes(what)) return;
          failed.push(what);
          throw new Error(what);
        };
        const run: Run = async ({ data: { key, seq } }, { attempt, partition, offset }) => {
          if (key === TOO_EARLY && seq === 2) failOnce('before it touched anything');
          const session = unitOfWork.sql;
          const row = await session.row<{ id: string }>(sql`select pg_current_xact_id()::text as id`);
          const id = row?.id ?? '';
          const beside = (inTransaction.get(id) ?? 0) + 1;
          inTransaction.set(id, beside);
          most = Math.max(most, beside);
          await session.run(sql`
            insert into effects (handler, key, seq, partition, "offset", attempt, worker)
            values ('steps', ${key}, ${seq}, ${partition}, ${offset}, ${attempt}, 'worker')`);
          inTransaction.set(id, (inTransaction.get(id) ?? 0) - 1);
          if (key === TOO_LATE && seq === 1) failOnce('after its effect');
          // A statement that fails takes the transaction with it.
          if (key === STUCK && seq === 1 && !failed.includes('in the database')) {
            failed.push('in the database');
            await session.run(sql`select 1 / 0`);
          }
        };
        await publisher.publish(STEPS.flatMap((seq) => KEYS.map((key) => ({ key, seq }))));
        worker.consumer.registerHandler(stepEvents(delivery.topic)['step.taken'], run, {
          name: 'steps',
          interleaves,
          retry,
        });
        await eventually(async () => (await tables.effects()).length === KEYS.length * STEPS.length);
        await tables.quiet();
        expect(failed.toSorted()).toEqual([
          'after its effect',
          'before it touched anything',
          'in the database',
        ]);
        expect(await tables.stepsByKey()).toEqual(Object.fromEntries(KEYS.map((key) => [key, STEPS])));
        if (interleaves) expect(most).toBeGreaterThan(1);
        else expect(most).toBe(1);
      },
    );

    it('and never settles is ended by its time limit; the others have their effect', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const worker = await delivery.start('worker', []);
      const unitOfWork = worker.app.get(UnitOfWork, { strict: false });
      let hung = 0;
      const run: Run = async ({ data: { key, seq } }, { attempt, partition, offset }) => {
        if (key === STUCK && attempt === 1) {
          hung += 1;
          await new Promise<never>(() => undefined);
        }
        await unitOfWork.sql.run(sql`
          insert into effects (handler, key, seq, partition, "offset", attempt, worker)
          values ('steps', ${key}, ${seq}, ${partition}, ${offset}, ${attempt}, 'worker')`);
      };
      await publisher.publish(KEYS.map((key) => ({ key, seq: 1 })));
      worker.consumer.registerHandler(stepEvents(delivery.topic)['step.taken'], run, {
        name: 'steps',
        interleaves: true,
        timeoutMs: 400,
        retry,
      });
      await tables.quiet();
      expect(hung).toBeGreaterThan(0);
      expect(await tables.stepsByKey()).toEqual(Object.fromEntries(KEYS.map((key) => [key, [1]])));
    });
  },
  { partitions: 1 },
);
