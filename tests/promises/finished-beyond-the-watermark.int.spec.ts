import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { inLongForm } from './support/long-form';
import { onBothEngines } from './support/on-both-engines';

const GATE = 1;
const DONE = inLongForm(60, 2_000);
const mail = { name: 'mail', options: { effects: 'external' as const } };

onBothEngines(
  'what is finished beyond the watermark',
  (on) => {
    it('is not run again after kill -9', async () => {
      const delivery = on();
      const { tables, publisher, ledger } = delivery;
      const gated = { ...mail, gate: { number: GATE, key: 'stuck', seq: 1 } };
      const worker = await delivery.spawn('first', [gated], { instanceId: 'one' });
      const gates = await delivery.gates();
      await gates.close(GATE);
      await publisher.publish([{ key: 'stuck', seq: 1 }]);
      await gates.arrival(GATE);
      await publisher.publish(Array.from({ length: DONE }, (_, index) => ({ key: `K${index + 1}`, seq: 1 })));
      await eventually(async () => (await tables.rows('select 1 from inbox')).length === DONE, {
        what: 'the others to be finished and marked',
      });
      expect(await worker.kill()).toBe('SIGKILL');
      expect((await tables.watermarks()).get(0)?.watermark ?? 0).toBe(0);
      expect(ledger.endsOf('stuck', 1)).toEqual([]);
      await gates.endSessions(GATE);
      await gates.reopen(GATE);

      await delivery.spawn('second', [mail], { instanceId: 'one' });
      await tables.quiet();
      expect(ledger.runsOf('stuck', 1).map(({ worker }) => worker)).toEqual(['first', 'second']);
      const again = ledger.lines().filter(({ key, worker }) => key !== 'stuck' && worker === 'second');
      expect(again).toEqual([]);
      expect(ledger.lines().filter(({ phase }) => phase === 'end')).toHaveLength(DONE + 1);
    });
  },
  { partitions: 1, alsoByNewerProtocol: true },
);
