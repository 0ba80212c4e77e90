import { expect, it } from 'vitest';
import { type HandlerFunction, type HandlerOptions, sql, UnitOfWork } from '@/infrastructure/kafka';
import type { EventEnvelope } from '@shop/contracts';
import { eventually } from '@/testing/eventually';
import type { Delivery } from './support/delivery-on';
import { onBothEngines } from './support/on-both-engines';
import { type Step, stepEvents } from './support/step-events';
import type { Worker } from './support/worker';

type Run = HandlerFunction<EventEnvelope<string, Step>>;
type Misbehaviour = (step: Step, attempt: number) => unknown;

const HANDLER = 'steps';
const TIMEOUT_MS = 400;

class UnreadableError extends Error {
  override get message(): string {
    throw new TypeError('not for you');
  }
}

const rejecting = (reason: unknown) => () => Promise.reject(reason);
const throwing = (thrown: unknown) => () => {
  throw thrown;
};
const never = () => new Promise<never>(() => undefined);

/** By key, what runs of its steps throw. */
const thrown: Readonly<Record<string, Misbehaviour>> = {
  'a TypeError': (step) => (step as unknown as { gone: { field: string } }).gone.field,
  'a string': rejecting('no'),
  undefined: rejecting(undefined),
  null: throwing(null),
  'a frozen object': throwing(Object.freeze({ frozen: true })),
  'an object without a prototype': rejecting(Object.create(null)),
  'an error that cannot be read': throwing(new UnreadableError()),
  'a function': throwing(() => undefined),
};

/** Does what the key is known for, and then writes the effect. */
function effectOf({ app }: Worker, handler: string, misbehaviour: Misbehaviour): Run {
  const unitOfWork = app.get(UnitOfWork, { strict: false });
  return async ({ data }, { attempt, partition, offset }) => {
    await misbehaviour(data, attempt);
    await unitOfWork.run((session) =>
      session.run(sql`
        insert into effects (handler, key, seq, partition, "offset", attempt, worker)
        values (${handler}, ${data.key}, ${data.seq}, ${partition}, ${offset}, ${attempt}, 'worker')`),
    );
  };
}

/** An application whose handler writes its effect for every key, and before that does what the key is known for. */
async function startWith(
  delivery: Delivery,
  misbehaviour: Misbehaviour,
  options: Omit<HandlerOptions, 'name' | 'reset'>,
): Promise<void> {
  const worker = await delivery.start('worker', [], { delivery: { transactions: 2 } });
  worker.consumer.registerHandler(
    stepEvents(delivery.topic)['step.taken'],
    effectOf(worker, HANDLER, misbehaviour),
    { ...options, name: HANDLER },
  );
}

const steps = (keys: readonly string[], count: number): Step[] =>
  Array.from({ length: count }, (_, wave) => keys.map((key) => ({ key, seq: wave + 1 }))).flat();

const GOOD = ['G1', 'G2', 'G3'];
const goodDone = { G1: [1, 2], G2: [1, 2], G3: [1, 2] };

onBothEngines(
  'a handler that misbehaves stops no consumer',
  (on) => {
    it.each(['transaction', 'external'] as const)(
      'whatever it throws, its events die by themselves and others have their effect (%s)',
      async (effects) => {
        const delivery = on();
        const { tables, publisher } = delivery;
        const runs: string[] = [];
        const misbehaviour: Misbehaviour = (step, attempt) => {
          const act = thrown[step.key];
          if (act) runs.push(step.key);
          return act?.(step, attempt);
        };
        const retry = { attempts: 2, firstDelayMs: 1, longestDelayMs: 5 };
        await startWith(delivery, misbehaviour, { effects, retry });
        await publisher.publish(steps([...Object.keys(thrown), ...GOOD], 2));
        await eventually(async () => (await tables.letters()).length === 2 * Object.keys(thrown).length, {
          withinMs: 40_000,
          what: 'every event of a bad key to be dead',
        });
        await tables.quiet();
        expect(await tables.stepsByKey()).toEqual(goodDone);
        expect(await tables.parked()).toEqual([]);
        const letters = await tables.letters();
        expect(new Set(letters.map(({ key }) => key))).toEqual(new Set(Object.keys(thrown)));
        expect(
          letters.every(({ attempts, cause_code }) => attempts === 2 && cause_code === 'HANDLER_FAILED'),
        ).toBe(true);
        // Two runs of each of two events: nothing was given up without having been run again.
        for (const key of Object.keys(thrown))
          expect(runs.filter((one) => one === key).length).toBeGreaterThanOrEqual(4);
      },
    );

    it('never settles: its transaction is ended, it is run again, others flow, also with every slot taken', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const stuck = ['S1', 'S2', 'S3', 'S4', 'S5'];
      let hung = 0;
      const misbehaviour: Misbehaviour = ({ key, seq }, attempt) => {
        if (!stuck.includes(key) || seq > 1 || attempt > 1) return undefined;
        hung += 1;
        return never();
      };
      await startWith(delivery, misbehaviour, {
        effects: 'transaction',
        timeoutMs: TIMEOUT_MS,
        retry: { firstDelayMs: 1, longestDelayMs: 5 },
      });
      await publisher.publish(steps([...stuck, ...GOOD], 2));
      await eventually(async () => Object.keys(await tables.stepsByKey()).length === 8, {
        withinMs: 40_000,
        what: 'every key to have its effect',
      });
      await tables.quiet();
      expect(hung).toBeGreaterThanOrEqual(stuck.length);
      const done = await tables.stepsByKey();
      expect(done).toEqual({ ...goodDone, ...Object.fromEntries(stuck.map((key) => [key, [1, 2]])) });
      expect(await tables.letters()).toEqual([]);
    });

    it('never settles: those who share its transaction wait for its time-out, not for their own', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const told = 'step.told' as const;
      const neighbours = Array.from({ length: 60 }, (_, nth) => ({
        key: `N${nth}`,
        seq: 1,
        eventType: told,
      }));
      // The last ones of their transactions, by their keys.
      const stuck = ['Z1', 'Z2', 'Z3', 'Z4', 'Z5', 'Z6'];
      await publisher.publish(
        stuck.flatMap((key, nth) => [...neighbours.slice(nth * 10, nth * 10 + 10), { key, seq: 1 }]),
      );
      const worker = await delivery.start('worker', [], { delivery: { transactions: 2 } });
      const unitOfWork = worker.app.get(UnitOfWork, { strict: false });
      const transaction = async () => {
        const row = await unitOfWork.sql.row<{ id: string }>(sql`select pg_current_xact_id()::text as id`);
        return row?.id ?? '';
      };
      const neighboursOf = new Map<string, number>();
      let hung = 0;
      const waits: Misbehaviour = async () => {
        const id = await transaction();
        neighboursOf.set(id, (neighboursOf.get(id) ?? 0) + 1);
      };
      const hangs: Misbehaviour = async () => {
        if (!neighboursOf.has(await transaction())) return;
        hung += 1;
        await never();
      };
      const events = stepEvents(delivery.topic);
      worker.consumer.registerHandler(events[told], effectOf(worker, 'patient', waits), {
        name: 'patient',
        timeoutMs: 60_000,
      });
      worker.consumer.registerHandler(events['step.taken'], effectOf(worker, HANDLER, hangs), {
        name: HANDLER,
        timeoutMs: TIMEOUT_MS,
      });
      await eventually(async () => (await tables.effects()).length === neighbours.length + stuck.length, {
        withinMs: 20_000,
        what: 'every key to have its effect',
      });
      expect(hung).toBeGreaterThan(0);
      // What was rolled back with others has cost nobody an attempt.
      const attempts = (await tables.effects()).map(({ attempt }) => attempt);
      expect(new Set(attempts)).toEqual(new Set([1]));
    });

    it('never settles outside SQL: its key waits for it and no other; what it does late is its own', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const { promise: late, resolve: settle } = Promise.withResolvers<void>();
      const begun: [number, number][] = [];
      const misbehaviour: Misbehaviour = async ({ key, seq }, attempt) => {
        if (key !== 'S1') return;
        begun.push([seq, attempt]);
        if (seq === 1 && attempt === 1) {
          await late;
          throw new Error('too late for anybody');
        }
      };
      await startWith(delivery, misbehaviour, {
        effects: 'external',
        timeoutMs: TIMEOUT_MS,
        retry: { firstDelayMs: 1, longestDelayMs: 5 },
      });
      await publisher.publish(steps(['S1', ...GOOD], 2));
      await eventually(async () => (await tables.parked()).length > 0, {
        what: 'the late run to count as failed',
      });
      await eventually(async () => Object.keys(await tables.stepsByKey()).length === GOOD.length, {
        what: 'the other keys to flow',
      });
      await publisher.publish([{ key: 'G1', seq: 3 }]);
      await eventually(async () => (await tables.stepsByKey())['G1']?.length === 3);
      // The first run may still be doing something, so there is no second one beside it.
      expect(begun).toEqual([[1, 1]]);
      settle();
      await eventually(async () => (await tables.stepsByKey())['S1']?.length === 2, {
        what: 'its key to go on',
      });
      await tables.quiet();
      expect(begun).toEqual([
        [1, 1],
        [1, 2],
        [2, 1],
      ]);
      expect(await tables.stepsByKey()).toEqual({ ...goodDone, G1: [1, 2, 3], S1: [1, 2] });
    });
  },
  { partitions: 1 },
);
