import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const steps = { name: 'steps', options: { retry: { attempts: 20, firstDelayMs: 20, longestDelayMs: 100 } } };

onBothEngines('when the clock of a process jumps', (on) => {
  it.each([
    ['ahead', HOUR_MS],
    ['back', -HOUR_MS],
  ])('an hour %s, due times are neither missed nor doubled', async (_, byMs) => {
    const delivery = on();
    const { tables, publisher } = delivery;
    const worker = await delivery.spawn('worker', [steps]);
    await tables.plan([
      { handler: 'steps', key: 'later', seq: 1, fails: 1 },
      { handler: 'steps', key: 'before', seq: 1, fails: 3 },
      { handler: 'steps', key: 'after', seq: 1, fails: 3 },
    ]);
    // Due in half an hour by the database's clock: whoever asks another one runs it at the jump.
    await tables.holdParked();
    await publisher.publish([{ key: 'later', seq: 1 }]);
    await eventually(async () => (await tables.parked()).length === 1);
    await tables.rows('drop trigger hold_parked on parked');
    await tables.rows(`update parked set due_at = clock_timestamp() + interval '30 minutes'`);

    await publisher.publish([{ key: 'before', seq: 1 }]);
    await worker.shiftClock(byMs);
    await publisher.publish([{ key: 'after', seq: 1 }]);
    await eventually(async () => (await tables.effects()).length === 2, {
      what: 'what is due in ms to run in spite of the jump',
    });
    expect((await tables.parked()).map(({ key, attempts }) => [key, attempts])).toEqual([['later', 1]]);
    await worker.shiftClock(0);

    await tables.runParked();
    await tables.quiet();
    expect(await tables.stepsByKey()).toEqual({ before: [1], after: [1], later: [1] });
    const attempts = (await tables.effects()).map(({ key, attempt }) => [key, attempt]);
    expect(attempts).toEqual(
      expect.arrayContaining([
        ['later', 2],
        ['before', 4],
        ['after', 4],
      ]),
    );
  });

  it('a hundred days ahead, no event is taken for older than the inbox remembers', async () => {
    const delivery = on();
    const { tables, publisher } = delivery;
    const worker = await delivery.spawn('worker', [steps]);
    await publisher.publish([{ key: 'before', seq: 1 }]);
    await eventually(async () => (await tables.effects()).length === 1);
    await worker.shiftClock(100 * DAY_MS);
    await publisher.publish([{ key: 'after', seq: 1 }]);
    await tables.quiet();
    expect(await tables.letters()).toEqual([]);
    expect(await tables.stepsByKey()).toEqual({ before: [1], after: [1] });
  });
});
