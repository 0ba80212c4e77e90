import { expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { onBothEngines } from './support/on-both-engines';
import { Rendezvous } from './support/rendezvous';
import { type Step, stepEvents } from './support/step-events';

const KEYS = 50;

onBothEngines(
  'keys of one partition',
  (on) => {
    it('run at the same time, and the events of one key never do', async () => {
      const delivery = on();
      const { tables, publisher } = delivery;
      const worker = await delivery.start('worker', []);
      const all = new Rendezvous(KEYS);
      const running = new Map<string, number>();
      const overlaps: string[] = [];
      worker.consumer.registerHandler(
        stepEvents(delivery.topic)['step.taken'],
        async ({ data: { key, seq } }: { data: Step }) => {
          const before = running.get(key) ?? 0;
          if (before > 0) overlaps.push(`${key} ${seq}`);
          running.set(key, before + 1);
          // Nobody leaves before all keys are in: without concurrency this would never end.
          await all.arrive(seq);
          running.set(key, before);
        },
        { name: 'meeting', effects: 'external', timeoutMs: 30_000 },
      );
      for (const seq of [1, 2, 3]) {
        await publisher.publish(Array.from({ length: KEYS }, (_, key) => ({ key: `K${key}`, seq })));
      }
      await tables.quiet();
      expect(overlaps).toEqual([]);
      expect(all.met).toEqual([1, 2, 3]);
    });

    it('run up to the limit and no further', async () => {
      const delivery = on();
      const { tables, publisher, ledger } = delivery;
      const gated = { number: 1, seq: 1 };
      const worker = await delivery.start('worker', [], { delivery: { concurrency: 4 } });
      const gates = await delivery.gates();
      await gates.close(gated.number);
      worker.register({ name: 'mail', options: { effects: 'external' }, gate: gated });
      await publisher.publish(Array.from({ length: 20 }, (_, key) => ({ key: `K${key}`, seq: 1 })));
      await eventually(async () => (await gates.waiting(gated.number)).length === 4);
      await gates.reopen(gated.number);
      await tables.quiet();
      expect(Math.max(...ledger.lines().map(({ running }) => running))).toBe(4);
      expect(ledger.lines().filter(({ phase }) => phase === 'end')).toHaveLength(20);
    });
  },
  { partitions: 1 },
);
