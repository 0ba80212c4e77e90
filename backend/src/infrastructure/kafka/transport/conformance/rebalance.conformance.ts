import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import type { LogRecord } from '../transport.port';
import type { ConformanceSuite } from './support/conformance-suite';
import type { TestMember } from './support/test-member';
import { numbered, offsetsOf, outgoing, partitionNumbers, range } from './support/records';

const PARTITIONS = [0, 1, 2, 3];

export function rebalanceConformance(suite: ConformanceSuite): void {
  describe('rebalance', () => {
    it('neither skips nor repeats a record of a partition that a member keeps', async () => {
      const topic = await suite.topic({ partitions: PARTITIONS.length });
      const group = suite.group();
      const stream = keepAppending(suite, topic);
      const first = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      await eventually(() => PARTITIONS.every((partition) => first.of({ topic, partition }).length > 20), {
        what: 'the stream on every partition',
      });

      const second = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      await eventually(() => first.owned().length === 2 && second.owned().length === 2, {
        what: 'the rebalance',
      });
      const [kept, moved] = [partitionNumbers(first.owned()), partitionNumbers(second.owned())];
      expect([...kept, ...moved].toSorted()).toEqual(PARTITIONS);
      expect(partitionNumbers(first.lost.flat())).toEqual(moved);
      // A kept partition is not announced again.
      expect(partitionNumbers(first.assigned.flat())).toEqual(PARTITIONS);

      const before = kept.map((partition) => first.of({ topic, partition }).length);
      await eventually(
        () =>
          kept.every((partition, index) => first.of({ topic, partition }).length > (before[index] ?? 0) + 20),
        { what: 'the stream after the rebalance' },
      );
      await stream.stop();
      for (const partition of kept) {
        const end = (await suite.readAll({ topic, partition })).length;
        await eventually(() => first.of({ topic, partition }).length >= end, {
          what: 'the end of the stream',
        });
        expect(offsetsOf(first.of({ topic, partition }))).toEqual(range(0n, end));
      }
    });

    it('gives the moved partitions to the other member from the committed position on', async () => {
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      await suite.transport.append([...numbered(topic, 0, 10), ...numbered(topic, 1, 10)]);
      const first = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      await eventually(() => first.records.length === 20, { what: 'all records' });
      await first.member.commit([
        { topic, partition: 0, offset: 6n },
        { topic, partition: 1, offset: 6n },
      ]);
      const second = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      await eventually(() => second.records.length === 4, { what: 'the redelivery of what was in flight' });
      expect(second.assigned.flat()).toEqual([
        { topic, partition: second.owned()[0]?.partition, committed: 6n },
      ]);
      expect(offsetsOf(second.records)).toEqual(range(6n, 4));
      expect(first.records).toHaveLength(20);
    });

    it('delivers nothing of a partition to the member that lost it, once it was told', async () => {
      const topic = await suite.topic({ partitions: 2 });
      const group = suite.group();
      const first = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      const second = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      await eventually(() => first.owned().length === 1 && second.owned().length === 1, { what: 'the move' });
      const moved = second.owned()[0]?.partition ?? -1;
      await suite.transport.append(numbered(topic, moved, 50));
      await eventually(() => second.records.length === 50, { what: 'the records at the new owner' });
      expect(first.of({ topic, partition: moved })).toEqual([]);
    });

    it('gives everything back when a member leaves', async () => {
      const topic = await suite.topic({ partitions: 4 });
      const group = suite.group();
      const first = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      const second = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      await eventually(() => first.owned().length === 2 && second.owned().length === 2, {
        what: 'the even share',
      });
      await second.member.close();
      await eventually(() => first.owned().length === 4, { what: 'the return' });
      await suite.transport.append(PARTITIONS.flatMap((partition) => numbered(topic, partition, 5)));
      await eventually(() => first.records.length >= 20, { what: 'all partitions' });
      expect(new Set(first.records.map(identity)).size).toBe(20);
    });

    it('survives many members that come and go at once: each record reaches the group', async () => {
      const topic = await suite.topic({ partitions: 4 });
      const group = suite.group();
      const stream = keepAppending(suite, topic);
      const stays = await suite.join({ group, topics: [topic] }, {}, await suite.open());
      const all: TestMember[] = [stays];
      for (let round = 0; round < 3; round += 1) {
        const comers = await Promise.all([0, 1].map(() => suite.join({ group, topics: [topic] })));
        all.push(...comers);
        await eventually(() => comers.some((comer) => comer.owned().length > 0), {
          what: 'a share for a new member',
        });
        await Promise.all(comers.map((comer) => comer.member.close()));
      }
      await eventually(() => stays.owned().length === 4, { what: 'everything at the one that stays' });
      await stream.stop();

      for (const partition of PARTITIONS) {
        const end = (await suite.readAll({ topic, partition })).length;
        expect(end).toBeGreaterThan(0);
        await eventually(() => stays.of({ topic, partition }).at(-1)?.offset === BigInt(end - 1), {
          what: `the end of partition ${partition}`,
        });
        const seen = new Set(all.flatMap((member) => offsetsOf(member.of({ topic, partition }))));
        expect(seen.size).toBe(end);
      }
    });
  });
}

const identity = (record: LogRecord): string => `${record.partition}/${record.offset}`;

function keepAppending(suite: ConformanceSuite, topic: string): { stop(): Promise<void> } {
  let stopping = false;
  const appending = (async () => {
    while (!stopping) {
      await suite.transport.append(PARTITIONS.map((partition) => outgoing(topic, { partition })));
    }
  })();
  return {
    stop: () => {
      stopping = true;
      return appending;
    },
  };
}
