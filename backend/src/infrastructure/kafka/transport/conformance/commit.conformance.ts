import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { OwnershipLostError } from '../transport.errors';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, partitionNumbers, range } from './support/records';

export function commitConformance(suite: ConformanceSuite): void {
  describe('commit', () => {
    it('is null for a group without one, and where the next member of the group finds it', async () => {
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      await suite.transport.append([...numbered(topic, 0, 10), ...numbered(topic, 1, 10)]);
      const first = await suite.join({ group, topics: [topic] });
      await eventually(() => first.records.length === 20, { what: 'all records' });
      expect(first.assigned.flat().map(({ committed }) => committed)).toEqual([null, null]);
      await first.member.commit([{ topic, partition: 0, offset: 7n }]);
      expect(await suite.transport.admin.committed(group, [topic])).toEqual([
        { topic, partition: 0, offset: 7n },
      ]);
      await first.member.close();

      const second = await suite.join({ group, topics: [topic] });
      await eventually(() => second.records.length === 13, { what: 'what was not committed' });
      const committed = second.assigned.flat().toSorted((a, b) => a.partition - b.partition);
      expect(committed.map((each) => each.committed)).toEqual([7n, null]);
      expect(offsetsOf(second.of({ topic, partition: 0 }))).toEqual(range(7n, 3));
    });

    it('leaves out nothing that was delivered but not committed: it comes again', async () => {
      const topic = await suite.topic();
      const group = suite.group();
      await suite.transport.append(numbered(topic, 0, 10));
      const first = await suite.join({ group, topics: [topic] });
      await eventually(() => first.records.length === 10, { what: 'the first delivery' });
      await first.member.close();
      const again = await suite.join({ group, topics: [topic] });
      await eventually(() => again.records.length === 10, { what: 'the second delivery' });
      expect(offsetsOf(again.records)).toEqual(offsetsOf(first.records));
    });

    it('gives the lag by difference from the end', async () => {
      const topic = await suite.topic();
      const group = suite.group();
      await suite.transport.append(numbered(topic, 0, 10));
      const member = await suite.join({ group, topics: [topic] });
      await eventually(() => member.records.length === 10, { what: 'all records' });
      await member.member.commit([{ topic, partition: 0, offset: 4n }]);
      const [end] = await suite.transport.admin.offsets([topic]);
      const [committed] = await suite.transport.admin.committed(group, [topic]);
      expect((end?.end ?? 0n) - (committed?.offset ?? 0n)).toBe(6n);
    });

    it('is refused once the partition went to another member, and changes nothing then', async () => {
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      await suite.transport.append([...numbered(topic, 0, 10), ...numbered(topic, 1, 10)]);
      const first = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      await eventually(() => first.records.length === 20, { what: 'all records' });
      const second = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      await eventually(() => first.lost.length > 0 && second.owned().length === 1, { what: 'the move' });
      const [moved] = second.owned();
      const [kept] = first.owned();
      expect(partitionNumbers([...first.owned(), ...second.owned()])).toEqual([0, 1]);

      await second.member.commit([{ topic, partition: moved?.partition ?? -1, offset: 9n }]);
      const late = { topic, partition: moved?.partition ?? -1, offset: 3n };
      await expect(first.member.commit([late])).rejects.toBeInstanceOf(OwnershipLostError);
      await first.member.commit([{ topic, partition: kept?.partition ?? -1, offset: 5n }]);
      const committed = await suite.transport.admin.committed(group, [topic]);
      expect(committed.find(({ partition }) => partition === moved?.partition)?.offset).toBe(9n);
      expect(committed.find(({ partition }) => partition === kept?.partition)?.offset).toBe(5n);
    });

    it('is refused after the member has left', async () => {
      const topic = await suite.topic();
      const group = suite.group();
      await suite.transport.append(numbered(topic, 0, 3));
      const member = await suite.join({ group, topics: [topic] });
      await eventually(() => member.records.length === 3, { what: 'all records' });
      await member.member.close();
      const late = member.member.commit([{ topic, partition: 0, offset: 3n }]);
      await expect(late).rejects.toBeInstanceOf(OwnershipLostError);
      expect(await suite.transport.admin.committed(group, [topic])).toEqual([]);
    });
  });
}
