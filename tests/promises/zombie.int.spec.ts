import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';
import { zombieAtTheGate } from './support/zombie-at-the-gate';

const GATE = 1;
const steps = { name: 'steps' };

onBothEngines(
  'a process that stops, loses its partitions and goes on',
  (on) => {
    it('cannot commit what it had begun', { timeout: 120_000 }, async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const zombie = await delivery.spawn('zombie', [steps]);
      const gates = await delivery.gates();
      await gates.build(GATE, 'effects', { on: 'insert', when: `new.key = 'K1'` });
      await gates.close(GATE);
      await publisher.publish([{ key: 'K1', seq: 1 }]);
      await gates.arrival(GATE);
      const before = await tables.watermarks();
      zombie.signal('SIGSTOP');
      await gates.reopen(GATE);

      await delivery.spawn('heir', [steps]);
      await publisher.publish([{ key: 'K1', seq: 2 }]);
      await eventually(async () => (await tables.effects()).length === 2, {
        what: 'the heir to have both',
        withinMs: 60_000,
      });
      expect((await tables.moved(before)).size).toBe(1);
      zombie.signal('SIGCONT');
      await delivery.rejoined(zombie);
      await publisher.publish([{ key: 'K1', seq: 3 }]);
      await tables.quiet();
      const effects = await tables.effects();
      expect(effects.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(effects.slice(0, 2).map(({ worker }) => worker)).toEqual(['heir', 'heir']);
      expect(zombie.alive).toBe(true);
    });

    it('cannot mark what it did outside SQL, so its heir does it too', { timeout: 120_000 }, async () => {
      const delivery = on();
      const { tables, ledger } = delivery;
      const { zombie, gates, toHeir, toZombie } = await zombieAtTheGate(delivery);
      await gates.reopen(toZombie);
      zombie.signal('SIGCONT');
      await eventually(() => ledger.endsOf('K1', 1).length === 1, { what: 'the zombie to end its run' });
      await delivery.rejoined(zombie);
      expect(await tables.rows('select 1 from inbox')).toEqual([]);

      await gates.reopen(toHeir);
      await tables.quiet();
      const ends = ledger.endsOf('K1', 1);
      expect(ends.map(({ worker }) => worker)).toEqual(['zombie', 'heir']);
      expect(new Set(ends.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      expect(await tables.rows('select 1 from inbox')).toHaveLength(1);
    });
  },
  { partitions: 1, alsoByNewerProtocol: true },
);
