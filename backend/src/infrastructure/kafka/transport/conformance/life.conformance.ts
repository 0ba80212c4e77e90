import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { LogUnavailableError } from '../transport.errors';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, outgoing, text } from './support/records';
import { TestMember } from './support/test-member';

export function lifeConformance(suite: ConformanceSuite): void {
  describe('life', () => {
    it('opens once, however often and at once it is asked to', async () => {
      const topic = await suite.topic();
      const transport = await suite.open();
      await Promise.all([transport.open(), transport.open()]);
      await transport.open();
      expect(await transport.append([outgoing(topic)])).toHaveLength(1);
    });

    it('says within 10 s that the log does not answer', async () => {
      const transport = suite.harness.createUnreachable();
      const before = performance.now();
      await expect(transport.open()).rejects.toBeInstanceOf(LogUnavailableError);
      expect(performance.now() - before).toBeLessThan(10_500);
      await transport.close();
    });

    it('closes while busy: what was acknowledged is in the log, nothing hangs, nothing is told after', async () => {
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      const transport = await suite.open();
      const member = new TestMember();
      await transport.join(suite.joinOptions({ group, topics: [topic], maxWaitMs: 5_000 }), member.listener);
      await transport.append([...numbered(topic, 0, 500), ...numbered(topic, 1, 500)]);
      await eventually(() => member.records.length > 0, { what: 'a delivery under way' });
      const appends = Promise.allSettled(
        Array.from({ length: 200 }, (_, index) =>
          transport.append([outgoing(topic, { value: `busy ${index}`, partition: index % 2 })]),
        ),
      );
      const before = performance.now();
      await transport.close();
      expect(performance.now() - before).toBeLessThan(10_000);
      const told = member.records.length;

      const acknowledged = (await appends).flatMap((outcome, index) =>
        outcome.status === 'fulfilled' ? [`busy ${index}`] : [],
      );
      const stored = [0, 1].map((partition) => suite.readAll({ topic, partition }));
      const values = new Set((await Promise.all(stored)).flat().map(text));
      expect(acknowledged.filter((value) => !values.has(value))).toEqual([]);
      await eventually(async () => (await suite.transport.admin.describeGroup(group)).state === 'empty', {
        what: 'the group without the member',
      });
      expect(member.records).toHaveLength(told);
    });

    it('closes twice, and twice at once', async () => {
      const transport = await suite.open();
      expect(await Promise.all([transport.close(), transport.close()])).toHaveLength(2);
      await expect(transport.close()).resolves.toBeUndefined();
    });

    it('closes what was never opened', async () => {
      await expect(suite.harness.create().close()).resolves.toBeUndefined();
    });

    it('ends a member that is just joining', async () => {
      const topic = await suite.topic();
      const group = suite.group();
      const transport = await suite.open();
      const member = new TestMember();
      const joining = transport.join(suite.joinOptions({ group, topics: [topic] }), member.listener);
      const settled = joining.then(
        () => 'joined',
        () => 'refused',
      );
      await transport.close();
      expect(['joined', 'refused']).toContain(await settled);
      const assignedAtClose = member.assigned.length;
      await eventually(
        async () => ['empty', 'dead'].includes((await suite.transport.admin.describeGroup(group)).state),
        { withinMs: suite.harness.sessionTimeoutMs + 10_000, what: 'the group without members' },
      );
      expect(member.assigned).toHaveLength(assignedAtClose);
    });

    it('tells a member nothing after its close, and closes it twice', async () => {
      const topic = await suite.topic();
      const group = suite.group();
      const member = await suite.join({ group, topics: [topic], maxWaitMs: 5_000 });
      await suite.transport.append(numbered(topic, 0, 5));
      await eventually(() => member.records.length === 5, { what: 'the first records' });
      await Promise.all([member.member.close(), member.member.close()]);
      await suite.transport.append(numbered(topic, 0, 5));

      const next = await suite.join({ group, topics: [topic] });
      await eventually(() => next.records.length === 10, { what: 'the next member' });
      expect(member.records).toHaveLength(5);
      expect(member.member.assignment()).toEqual([]);
      await member.member.close();
    });

    it('finds again what another process has left, and the other way round', async () => {
      const topic = await suite.topic();
      const second = await suite.secondProcess();
      await suite.transport.append([outgoing(topic, { value: 'from here' })]);
      const [position] = await second.append([outgoing(topic, { value: 'from there' })]);
      expect(position?.offset).toBe(1n);
      await second.end();
      const read = await suite.readAll({ topic, partition: 0 });
      expect(read.map(text)).toEqual(['from here', 'from there']);
      expect(offsetsOf(read)).toEqual([0n, 1n]);
    });
  });
}
