import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, outgoing, partitionNumbers, range, text } from './support/records';

export function groupsConformance(suite: ConformanceSuite): void {
  describe('groups', () => {
    it('deliver each partition in the order of its offsets, from where the owner says', async () => {
      const topic = await suite.topic({ partitions: 2 });
      await suite.transport.append([...numbered(topic, 0, 100), ...numbered(topic, 1, 100)]);
      const member = await suite.join(
        { group: suite.group(), topics: [topic] },
        { startAt: ({ partition }) => (partition === 0 ? 0n : 40n) },
      );
      await eventually(() => member.records.length === 160, { what: '160 records' });
      expect(offsetsOf(member.of({ topic, partition: 0 }))).toEqual(range(0n, 100));
      expect(offsetsOf(member.of({ topic, partition: 1 }))).toEqual(range(40n, 60));
      expect(partitionNumbers(member.member.assignment())).toEqual([0, 1]);
    });

    it('deliver nothing of a partition before its owner has answered where to begin', async () => {
      const topic = await suite.topic();
      const elsewhere = await suite.topic();
      await suite.transport.append([...numbered(topic, 0, 5), ...numbered(elsewhere, 0, 5)]);
      let answer: (offset: bigint) => void = () => {};
      const answered = new Promise<bigint>((resolve) => {
        answer = resolve;
      });
      const held = await suite.join({ group: suite.group(), topics: [topic] }, { startAt: () => answered });
      await eventually(() => held.assigned.length === 1, { what: 'the assignment' });

      // Another member gets through a whole delivery in the meantime.
      const other = await suite.join({ group: suite.group(), topics: [elsewhere] });
      await eventually(() => other.records.length === 5, { what: "the other member's records" });
      expect(held.records).toEqual([]);
      answer(2n);
      await eventually(() => held.records.length === 3, { what: 'the records from offset 2' });
      expect(offsetsOf(held.records)).toEqual(range(2n, 3));
    });

    it('share the partitions: every record goes to exactly one member', async () => {
      const topic = await suite.topic({ partitions: 6 });
      const group = suite.group();
      const [first, second] = [await suite.open(), await suite.open()];
      const one = await suite.join({ group, topics: [topic] }, {}, first);
      const two = await suite.join({ group, topics: [topic] }, {}, second);
      await eventually(() => one.owned().length === 3 && two.owned().length === 3, { what: 'an even share' });
      expect(partitionNumbers([...one.owned(), ...two.owned()])).toEqual([0, 1, 2, 3, 4, 5]);

      await suite.transport.append([0, 1, 2, 3, 4, 5].flatMap((partition) => numbered(topic, partition, 20)));
      await eventually(() => one.records.length + two.records.length === 120, { what: 'all records' });
      const seen = [...one.records, ...two.records].map((record) => `${record.partition}/${record.offset}`);
      expect(new Set(seen).size).toBe(120);
      expect(one.records.length).toBe(60);
    });

    it('are independent of each other: two groups get everything each', async () => {
      const topic = await suite.topic({ partitions: 2 });
      await suite.transport.append([...numbered(topic, 0, 10), ...numbered(topic, 1, 10)]);
      const one = await suite.join({ group: suite.group(), topics: [topic] });
      const two = await suite.join({ group: suite.group(), topics: [topic] });
      await eventually(() => one.records.length === 20 && two.records.length === 20, { what: 'both groups' });
    });

    it('read several topics in one member', async () => {
      const topics = [await suite.topic({ partitions: 2 }), await suite.topic()];
      const member = await suite.join({ group: suite.group(), topics });
      await suite.transport.append(topics.map((topic) => outgoing(topic, { value: topic, partition: 0 })));
      await eventually(() => member.records.length === 2, { what: 'a record of each topic' });
      expect(member.records.map(text).toSorted()).toEqual(topics.toSorted());
      expect(member.owned()).toHaveLength(3);
    });

    it('hear of a new record long before maxWaitMs has passed', async () => {
      const topic = await suite.topic();
      const member = await suite.join({ group: suite.group(), topics: [topic], maxWaitMs: 5_000 });
      await suite.transport.append([outgoing(topic, { value: 'warm' })]);
      await eventually(() => member.records.length === 1, { what: 'the first record' });
      const times: number[] = [];
      for (let round = 0; round < 10; round += 1) {
        const before = performance.now();
        await suite.transport.append([outgoing(topic)]);
        await eventually(() => member.records.length === 2 + round, { what: 'the next record' });
        times.push(performance.now() - before);
      }
      expect(times.toSorted((a, b) => a - b)[5]).toBeLessThan(500);
    });

    it("tell a listener's error to `failed` and go on", async () => {
      const topic = await suite.topic();
      await suite.transport.append(numbered(topic, 0, 3));
      let thrown = 0;
      const member = await suite.join(
        { group: suite.group(), topics: [topic] },
        {
          onRecords: () => {
            if (thrown > 0) return;
            thrown += 1;
            throw new Error('thrown by the listener');
          },
        },
      );
      await eventually(() => member.failures.length > 0, { what: 'the report' });
      expect(thrown).toBe(1);
      expect(member.failures[0]).toEqual({ message: 'thrown by the listener', fatal: false });
      await suite.transport.append([outgoing(topic, { value: 'after' })]);
      await eventually(() => member.records.some((record) => text(record) === 'after'), {
        what: 'the next record',
      });
    });
  });
}
