import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { OffsetOutOfRangeError, UnknownTopicError } from '../transport.errors';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, outgoing, range, text } from './support/records';

const HOUR = 3_600_000;

export function readConformance(suite: ConformanceSuite): void {
  describe('read', () => {
    it('replays from an offset, as many as asked for', async () => {
      const topic = await suite.topic();
      await suite.transport.append(numbered(topic, 0, 50));
      const batch = await suite.transport.read({
        from: { topic, partition: 0, offset: 20n },
        limit: 10,
        maxBytes: 1_000_000,
      });
      expect(batch).toMatchObject({ topic, partition: 0, nextOffset: 30n, endOffset: 50n });
      expect(offsetsOf(batch.records)).toEqual(range(20n, 10));
    });

    it('is empty at the end, and refused beyond it', async () => {
      const topic = await suite.topic();
      await suite.transport.append(numbered(topic, 0, 3));
      const at = (offset: bigint) => ({ from: { topic, partition: 0, offset }, limit: 10, maxBytes: 1_000 });
      expect(await suite.transport.read(at(3n))).toMatchObject({
        records: [],
        nextOffset: 3n,
        endOffset: 3n,
      });
      await expect(suite.transport.read(at(4n))).rejects.toBeInstanceOf(OffsetOutOfRangeError);
    });

    it('stops at maxBytes and goes on where it stopped', async () => {
      const topic = await suite.topic();
      const value = Buffer.alloc(10_000, 7);
      for (let round = 0; round < 10; round += 1) {
        await suite.transport.append([outgoing(topic, { value }), outgoing(topic, { value })]);
      }
      const seen: bigint[] = [];
      let reads = 0;
      for (let offset = 0n; offset < 20n; reads += 1) {
        const from = { topic, partition: 0, offset };
        const batch = await suite.transport.read({ from, limit: 100, maxBytes: 45_000 });
        seen.push(...offsetsOf(batch.records));
        offset = batch.nextOffset;
      }
      expect(seen).toEqual(range(0n, 20));
      expect(reads).toBeGreaterThan(1);
    });

    it('refuses an unknown topic', async () => {
      const from = { topic: 'conformance-no-such-topic', partition: 0, offset: 0n };
      await expect(suite.transport.read({ from, limit: 1, maxBytes: 1_000 })).rejects.toBeInstanceOf(
        UnknownTopicError,
      );
    });

    it('finds the first offset of a time, the first of equal times too', async () => {
      const topic = await suite.topic({ partitions: 3 });
      const start = Date.now() - HOUR;
      const times = [0, 10, 10, 10, 20, 30].map((later) => start + later);
      await suite.transport.append(
        times.map((timestamp) => outgoing(topic, { partition: 0, timestamp, value: String(timestamp) })),
      );
      await suite.transport.append([outgoing(topic, { partition: 1, timestamp: start + 15 })]);

      const at = async (timestamp: number): Promise<bigint[]> => {
        const positions = await suite.transport.admin.offsetsAt(topic, timestamp);
        return positions.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset);
      };
      expect(await at(start - 1)).toEqual([0n, 0n, 0n]);
      expect(await at(start)).toEqual([0n, 0n, 0n]);
      expect(await at(start + 10)).toEqual([1n, 0n, 0n]);
      expect(await at(start + 11)).toEqual([4n, 0n, 0n]);
      expect(await at(start + 16)).toEqual([4n, 1n, 0n]);
      expect(await at(start + 30)).toEqual([5n, 1n, 0n]);
      expect(await at(start + 31)).toEqual([6n, 1n, 0n]);
    });

    it('lets a group begin at a time', async () => {
      const topic = await suite.topic();
      const start = Date.now() - HOUR;
      await suite.transport.append(
        [0, 10, 10, 20].map((later) => outgoing(topic, { timestamp: start + later, value: `+${later}` })),
      );
      const [position] = await suite.transport.admin.offsetsAt(topic, start + 10);
      const member = await suite.join(
        { group: suite.group(), topics: [topic] },
        { startAt: () => position?.offset ?? -1n },
      );
      await eventually(() => member.records.length === 3, { what: 'the records of that time and later' });
      expect(member.records.map(text)).toEqual(['+10', '+10', '+20']);
    });

    it('tells a member whose position lies beyond the end, and goes on where it says', async () => {
      const topic = await suite.topic();
      await suite.transport.append(numbered(topic, 0, 5));
      const member = await suite.join(
        { group: suite.group(), topics: [topic] },
        { startAt: () => 1_000n, onOutOfRange: () => 3n },
      );
      await eventually(() => member.records.length >= 2, { what: 'the records from the new position' });
      expect(member.outOfRange).toEqual([{ topic, partition: 0, offset: 1_000n, logStart: 0n, logEnd: 5n }]);
      expect(offsetsOf(member.records)).toEqual([3n, 4n]);
    });
  });
}
