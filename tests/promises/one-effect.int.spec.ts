import { expect, it } from 'vitest';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { eventually } from '@/testing/eventually';
import { FOR_EVER } from './support/effect-tables';
import { onBothEngines } from './support/on-both-engines';
import { uuidOfTime } from './support/uuid-of-time';

const DAY_MS = 86_400_000;
const steps = { name: 'steps', options: { retry: { attempts: 2, firstDelayMs: 5, longestDelayMs: 20 } } };

onBothEngines('an event has one effect', (on) => {
  it('however often it is in the log, and a week later', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    await delivery.start('worker', [steps]);
    const week = uuidOfTime(Date.now() - 7 * DAY_MS);
    const fresh = uuidOfTime(Date.now());
    await publisher.publish([
      { key: 'K1', seq: 1, eventId: fresh },
      { key: 'K2', seq: 1, eventId: week },
    ]);
    await tables.quiet();
    await publisher.publish([
      { key: 'K1', seq: 1, eventId: fresh },
      { key: 'K2', seq: 1, eventId: week },
      { key: 'K1', seq: 1, eventId: fresh },
    ]);
    await tables.quiet();
    const ends = [...(await publisher.ends()).values()];
    expect(ends.reduce((sum, end) => sum + end, 0)).toBe(5);
    expect(await tables.stepsByKey()).toEqual({ K1: [1], K2: [1] });
  });

  it('also where its duplicate comes after a person had it run again', async () => {
    const delivery = on();
    const { tables, publisher, operator } = delivery;
    await delivery.start('worker', [steps]);
    await tables.plan([{ handler: 'steps', key: 'K1', seq: 1, fails: FOR_EVER }]);
    const eventId = uuidOfTime(Date.now());
    await publisher.publish([{ key: 'K1', seq: 1, eventId }]);
    const letter = await operator.dead('K1');
    await tables.plan([{ handler: 'steps', key: 'K1', seq: 1, fails: 0 }]);
    await operator.retry(letter);
    await eventually(async () => (await tables.letters())[0]?.status === 'resolved');
    await publisher.publish([{ key: 'K1', seq: 1, eventId }]);
    await tables.quiet();
    expect(await tables.stepsByKey()).toEqual({ K1: [1] });
  });

  it('and is not run but dead where the inbox no longer remembers its time', async () => {
    const delivery = on();
    const { tables, publisher, operator } = delivery;
    const worker = await delivery.start('worker', [steps], { delivery: { inboxHorizonMs: 8 * DAY_MS } });
    await publisher.publish([{ key: 'K2', seq: 1 }]);
    await tables.quiet();
    // How long it remembers follows from the topics' retentions, which are asked for some time after the start.
    await worker.app.get(KafkaRuntime, { strict: false }).inboxHorizon.refresh();
    await publisher.publish([{ key: 'K1', seq: 1, eventId: uuidOfTime(Date.now() - 3_000 * DAY_MS) }]);
    expect(await operator.dead('K1')).toMatchObject({ cause_code: 'TOO_OLD_TO_DEDUPLICATE' });
    await tables.quiet();
    expect(await tables.stepsByKey()).toEqual({ K2: [1] });
  });

  it('where it shares a transaction with one that fails: only that one parks', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    await publisher.publish(Array.from({ length: 200 }, (_, key) => ({ key: `K${key + 1}`, seq: 1 })));
    const worker = await delivery.start('worker', []);
    await tables.plan([{ handler: 'steps', key: 'K77', seq: 1, fails: 1 }]);
    await tables.holdParked();
    worker.register(steps);
    await eventually(async () => (await tables.effects()).length === 199, { what: 'all others to be done' });
    expect(await tables.struck('steps')).toBeGreaterThan(0);
    await eventually(async () => (await tables.countParked()) > 0, { what: 'the failing one to park' });
    expect((await tables.parked()).map(({ key, attempts }) => [key, attempts])).toEqual([['K77', 1]]);
    await tables.runParked();
    await tables.quiet();
    const effects = await tables.effects();
    expect(new Set(effects.map(({ key }) => key)).size).toBe(200);
    expect(effects).toHaveLength(200);
  });

  it('or at least one where it is outside SQL, always with the same idempotency key', async () => {
    const delivery = on();
    const { tables, publisher, ledger } = delivery;
    const plan = { name: 'mail', options: { effects: 'external' as const } };
    const worker = await delivery.spawn('first', [plan], { instanceId: 'one' });
    const gates = await delivery.gates();
    await gates.build(1, 'inbox', { on: 'insert' });
    await gates.close(1);
    await publisher.publish([{ key: 'K1', seq: 1 }]);
    await gates.arrival(1);
    expect(ledger.endsOf('K1', 1)).toHaveLength(1);
    expect(await worker.kill()).toBe('SIGKILL');
    await gates.endSessions(1);
    await gates.reopen(1);
    expect(await tables.rows('select 1 from inbox')).toEqual([]);

    await delivery.spawn('second', [plan], { instanceId: 'one' });
    await tables.quiet();
    const runs = ledger.endsOf('K1', 1);
    expect(runs.map(({ worker }) => worker)).toEqual(['first', 'second']);
    expect(new Set(runs.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });
});
