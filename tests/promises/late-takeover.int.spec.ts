import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { sessionTimeoutMs } from './support/engines';
import { onBothEngines } from './support/on-both-engines';

const steps = { name: 'steps' };

onBothEngines(
  'a process that takes partitions over when it has lost them already',
  (on, { engine }) => {
    it('shuts out their owner for the time-out of a session, and not for good', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      await delivery.start('owner', [steps]);
      await publisher.publish([{ key: 'K1', seq: 1 }]);
      await tables.quiet();
      // What a slow takeover leaves: a later epoch, and nobody behind it.
      await tables.rows('update progress set epoch = epoch + 1');
      const shutOut = await tables.watermarks();
      await publisher.publish([
        { key: 'K1', seq: 2 },
        { key: 'K2', seq: 1 },
      ]);
      await eventually(async () => (await tables.moved(shutOut)).size === 1, {
        what: 'the owner to take it back',
        withinMs: 15_000 + sessionTimeoutMs(engine),
      });
      await tables.quiet();
      expect(await tables.stepsByKey()).toEqual({ K1: [1, 2], K2: [1] });
    });

    it('also one that has nothing to write but its progress', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      await delivery.start('owner', [steps]);
      await publisher.publish([{ key: 'K1', seq: 1 }]);
      await tables.quiet();
      await tables.rows('update progress set epoch = epoch + 1');
      const shutOut = await tables.watermarks();
      await publisher.publish([{ key: 'K1', seq: 2, eventType: 'step.told' }]);
      await tables.quiet();
      expect((await tables.moved(shutOut)).size).toBe(1);
      expect(await tables.stepsByKey()).toEqual({ K1: [1] });
    });
  },
  { partitions: 1, alsoByNewerProtocol: true },
);
