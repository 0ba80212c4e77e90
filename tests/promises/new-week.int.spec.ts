import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { GATES } from './support/gates';
import { onBothEngines } from './support/on-both-engines';
import { uuidOfTime } from './support/uuid-of-time';

const GATE = 1;
const FORTNIGHT_MS = 14 * 86_400_000;
const steps = { name: 'steps', options: { retry: { attempts: 1 } } };
const weeks = `
  select from pg_inherits where inhparent = 'inbox'::regclass and inhrelid <> 'inbox_default'::regclass`;
const waitingEffects = `
  select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and query like '%insert into inbox %'`;

onBothEngines(
  'a week of the inbox that is made while its events run',
  (on) => {
    it('costs none of them an attempt', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      await delivery.start('worker', [steps]);
      // Its own weeks first: it would wait for the one below, and its effects behind it.
      await eventually(async () => (await tables.rows(weeks)).length === 3);
      const gates = await delivery.gates();
      await gates.close(GATE);
      const then = Date.now() - FORTNIGHT_MS;
      const making = tables.rows(
        `select inbox_add_week(date_trunc('week', $1::timestamptz, 'UTC'), 0) as made,
          pg_advisory_xact_lock_shared(${GATES}, ${GATE})`,
        [new Date(then)],
      );
      await gates.arrival(GATE);

      await publisher.publish([{ key: 'K1', seq: 1, eventId: uuidOfTime(then) }]);
      await eventually(async () => (await tables.rows(waitingEffects)).length > 0, {
        what: 'the effect to wait for the new week',
      });
      await gates.reopen(GATE);

      expect(await making).toMatchObject([{ made: true }]);
      await tables.quiet();
      expect(await tables.effects()).toMatchObject([{ key: 'K1', seq: 1, attempt: 1 }]);
      expect(await tables.letters()).toEqual([]);
    });
  },
  { partitions: 1 },
);
