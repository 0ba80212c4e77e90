import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { unique } from '@/testing/unique';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, outgoing, partitionNumbers, range, text } from './support/records';

/** Beyond the session time-out: for noticing, agreeing on the new shares and reading. */
const AGREEMENT_MS = 10_000;

export function takeoverConformance(suite: ConformanceSuite): void {
  describe('takeover', () => {
    it('shares a group between two processes', async () => {
      const topic = await suite.topic({ partitions: 4 });
      const group = suite.group();
      const second = await suite.secondProcess();
      await second.join(suite.joinOptions({ group, topics: [topic], clientId: 'second-process' }));
      const here = await suite.join({ group, topics: [topic] });
      await eventually(() => here.owned().length === 2 && second.owned().length === 2, {
        what: 'the even share',
      });
      await second.append([0, 1, 2, 3].flatMap((partition) => numbered(topic, partition, 10)));
      await eventually(() => here.records.length === 20 && second.records.length === 20, {
        what: 'all records',
      });
      expect(partitionNumbers([...here.owned(), ...second.owned()])).toEqual([0, 1, 2, 3]);
    });

    it('gives the partitions of a killed process to the others, what it had not committed included', async () => {
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      const second = await suite.secondProcess();
      await second.join(suite.joinOptions({ group, topics: [topic] }));
      await suite.transport.append([...numbered(topic, 0, 10), ...numbered(topic, 1, 10)]);
      await eventually(() => second.records.length === 20, { what: 'the records at the second process' });
      await second.commit([
        { topic, partition: 0, offset: 4n },
        { topic, partition: 1, offset: 8n },
      ]);
      second.signal('SIGKILL');
      expect((await second.exited).signal).toBe('SIGKILL');
      expect(partitionNumbers(second.owned())).toEqual([0, 1]);

      const before = performance.now();
      const here = await suite.join({ group, topics: [topic] });
      await eventually(() => here.records.length === 8, {
        withinMs: suite.harness.sessionTimeoutMs + AGREEMENT_MS,
        what: 'the takeover',
      });
      expect(performance.now() - before).toBeLessThan(suite.harness.sessionTimeoutMs + AGREEMENT_MS);
      expect(offsetsOf(here.of({ topic, partition: 0 }))).toEqual(range(4n, 6));
      expect(offsetsOf(here.of({ topic, partition: 1 }))).toEqual(range(8n, 2));
    });

    it('lets a member that stays go on through the death of its neighbour', async () => {
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      const second = await suite.secondProcess();
      const here = await suite.join({ group, topics: [topic] });
      await second.join(suite.joinOptions({ group, topics: [topic] }));
      await eventually(() => here.owned().length === 1 && second.owned().length === 1, {
        what: 'the even share',
      });
      const own = here.owned()[0]?.partition ?? -1;
      const dead = second.owned()[0]?.partition ?? -1;
      second.signal('SIGKILL');
      expect((await second.exited).signal).toBe('SIGKILL');

      await suite.transport.append([...numbered(topic, own, 10), ...numbered(topic, dead, 10)]);
      await eventually(() => here.records.length === 20, {
        withinMs: suite.harness.sessionTimeoutMs + AGREEMENT_MS,
        what: 'the takeover',
      });
      expect(offsetsOf(here.of({ topic, partition: own }))).toEqual(range(0n, 10));
      expect(offsetsOf(here.of({ topic, partition: dead }))).toEqual(range(0n, 10));
    });

    it('refuses the commit of a process that was stopped, lost its partitions, and woke up', async () => {
      const topic = await suite.topic();
      const group = suite.group();
      const second = await suite.secondProcess();
      await second.join(suite.joinOptions({ group, topics: [topic] }));
      await suite.transport.append(numbered(topic, 0, 10));
      await eventually(() => second.records.length === 10, { what: 'the records at the second process' });

      second.signal('SIGSTOP');
      const here = await suite.join({ group, topics: [topic] });
      await eventually(() => here.records.length === 10, {
        withinMs: suite.harness.sessionTimeoutMs + AGREEMENT_MS,
        what: 'the takeover from the stopped process',
      });
      expect(second.lost).toEqual([]);
      await here.member.commit([{ topic, partition: 0, offset: 10n }]);

      second.signal('SIGCONT');
      const late = second.commit([{ topic, partition: 0, offset: 2n }]);
      await expect(late).rejects.toMatchObject({ code: 'OWNERSHIP_LOST' });
      expect(await suite.transport.admin.committed(group, [topic])).toEqual([
        { topic, partition: 0, offset: 10n },
      ]);
      await eventually(() => second.lost.flat().length === 1, { what: 'the news of the loss' });

      // With one partition for two members, one of them has it, and what comes now reaches the group.
      await suite.transport.append([outgoing(topic, { value: 'after' })]);
      await eventually(
        () => [...here.records, ...second.records].some((record) => text(record) === 'after'),
        {
          what: 'the next record',
        },
      );
    });

    it('gives a restarted process with the same instance its partitions back, without touching the others', async () => {
      const topic = await suite.topic({ partitions: 4 });
      const group = suite.group();
      const instanceId = unique('instance');
      // Longer than the restart takes, so that only the name can bring the partitions back in time.
      const sessionTimeoutMs = 20_000;
      const here = await suite.join({
        group,
        topics: [topic],
        sessionTimeoutMs,
        instanceId: unique('instance'),
      });
      const killed = await suite.secondProcess();
      await killed.join(suite.joinOptions({ group, topics: [topic], sessionTimeoutMs, instanceId }));
      await eventually(() => here.owned().length === 2 && killed.owned().length === 2, {
        what: 'the even share',
      });
      const [assignedBefore, lostBefore] = [here.assigned.length, here.lost.length];
      killed.signal('SIGKILL');
      expect((await killed.exited).signal).toBe('SIGKILL');

      const restarted = await suite.secondProcess();
      const before = performance.now();
      await restarted.join(suite.joinOptions({ group, topics: [topic], sessionTimeoutMs, instanceId }));
      await eventually(() => restarted.owned().length === 2, { what: 'the old partitions' });
      expect(performance.now() - before).toBeLessThan(sessionTimeoutMs / 2);
      expect(partitionNumbers(restarted.owned())).toEqual(partitionNumbers(killed.owned()));
      await suite.transport.append([0, 1, 2, 3].flatMap((partition) => numbered(topic, partition, 5)));
      await eventually(() => restarted.records.length === 10 && here.records.length === 10, {
        what: 'all records',
      });
      expect([here.assigned.length, here.lost.length]).toEqual([assignedBefore, lostBefore]);
    });
  });
}
