import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';

const KEYS = Array.from({ length: 24 }, (_, index) => `K${index + 1}`);
const GATE = 1;
const mail = {
  name: 'mail',
  options: { effects: 'external' as const },
  gate: { number: GATE, seq: 1 },
};

onBothEngines(
  'partitions kept through a rebalance',
  (on) => {
    it('keep their runs: what was under way is neither ended nor begun again', async () => {
      const delivery = on();
      const { tables, publisher, ledger } = delivery;
      const first = await delivery.start('first', []);
      const gates = await delivery.gates();
      await gates.close(GATE);
      first.register(mail);
      await publisher.publish(KEYS.map((key) => ({ key, seq: 1 })));
      await eventually(() => ledger.lines().length >= 3, { what: 'runs to be under way' });
      const before = await tables.watermarks();
      expect(before.size).toBe(6);

      await delivery.spawn('second', [mail]);
      await eventually(async () => (await tables.moved(before)).size > 0, {
        what: 'partitions to move',
        withinMs: 30_000,
      });
      await gates.reopen(GATE);
      await tables.quiet();
      const moved = await tables.moved(before);
      expect(moved.size).toBeLessThan(6);
      const kept = ledger
        .lines()
        .filter(({ phase, partition }) => phase === 'begin' && !moved.has(partition));
      expect(kept.length).toBeGreaterThan(0);
      expect(new Set(kept.map(({ key }) => key)).size).toBe(kept.length);
      expect(new Set(ledger.lines().map(({ key }) => key)).size).toBe(KEYS.length);
    });
  },
  { partitions: 6, alsoByNewerProtocol: true },
);
