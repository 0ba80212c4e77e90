import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';
import { zombieAtTheGate } from './support/zombie-at-the-gate';

// The control of zombie.int.spec.ts: with the fence taken away by hand, the same steps do show the zombie.
onBothEngines(
  'without the fence',
  (on) => {
    it('the zombie marks the event while its heir is still at it', { timeout: 120_000 }, async () => {
      const delivery = on();
      const { tables, ledger } = delivery;
      const { zombie, gates, toZombie } = await zombieAtTheGate(delivery);
      await tables.rows('update progress set epoch = epoch - 1');
      await gates.reopen(toZombie);
      zombie.signal('SIGCONT');
      const marks = await eventually(
        async () => {
          const rows = await tables.rows('select 1 from inbox');
          return rows.length > 0 && rows;
        },
        { what: "the zombie's mark" },
      );
      expect(marks).toHaveLength(1);
      expect(ledger.endsOf('K1', 1).map(({ worker }) => worker)).toEqual(['zombie']);
    });
  },
  { partitions: 1 },
);
