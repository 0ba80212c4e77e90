import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import type { TopicPartition } from '../transport.port';
import type { ConformanceSuite } from './support/conformance-suite';
import type { TestMember } from './support/test-member';
import { numbered, offsetsOf, outgoing, range } from './support/records';

const LONG_WAIT_MS = 5_000;
/** The promise is 100 ms; the rest is for a busy machine, and far below the wait at the log. */
const RESUME_LIMIT_MS = 100;
const MACHINE_MARGIN_MS = 150;

export function flowConformance(suite: ConformanceSuite): void {
  /** Two partitions with the same leader, so that one request to the log could hold both back. */
  async function neighbours(): Promise<[TopicPartition, TopicPartition]> {
    const topic = await suite.topic({ partitions: 6 });
    const [described] = await suite.transport.admin.describeTopics([topic]);
    for (const one of described?.partitionDetails ?? []) {
      const other = described?.partitionDetails.find(
        (each) => each.leader === one.leader && each.partition !== one.partition,
      );
      if (other)
        return [
          { topic, partition: one.partition },
          { topic, partition: other.partition },
        ];
    }
    throw new Error('Six partitions, and no two with the same leader.');
  }

  async function joinBoth(paused: TopicPartition, flowing: TopicPartition): Promise<TestMember> {
    const member = await suite.join({
      group: suite.group(),
      topics: [paused.topic],
      maxWaitMs: LONG_WAIT_MS,
    });
    await suite.transport.append([
      ...numbered(paused.topic, paused.partition, 5),
      ...numbered(flowing.topic, flowing.partition, 5),
    ]);
    await eventually(() => member.of(paused).length === 5 && member.of(flowing).length === 5, {
      what: 'both partitions',
    });
    return member;
  }

  describe('flow', () => {
    it('pauses one partition while its neighbour on the same broker flows', async () => {
      const [paused, flowing] = await neighbours();
      const member = await joinBoth(paused, flowing);
      member.member.pause(paused);
      await suite.transport.append(numbered(paused.topic, paused.partition, 20));
      for (let round = 0; round < 20; round += 1) {
        const before = performance.now();
        await suite.transport.append([outgoing(flowing.topic, { partition: flowing.partition })]);
        await eventually(() => member.of(flowing).length === 6 + round, { what: 'the neighbour' });
        expect(performance.now() - before).toBeLessThan(LONG_WAIT_MS / 2);
      }
      expect(offsetsOf(member.of(paused))).toEqual(range(0n, 5));

      member.member.resume(paused);
      await eventually(() => member.of(paused).length === 25, { what: 'the rest after resume' });
      expect(offsetsOf(member.of(paused))).toEqual(range(0n, 25));
    });

    it('resumes within 100 ms although a fetch may wait 5 s at the log', async () => {
      const [paused, flowing] = await neighbours();
      const member = await joinBoth(paused, flowing);
      const times: number[] = [];
      for (let round = 0; round < 7; round += 1) {
        member.member.pause(paused);
        await suite.transport.append([outgoing(paused.topic, { partition: paused.partition })]);
        // After its neighbour's record the member waits at the log again, now with nothing to get.
        await suite.transport.append([outgoing(flowing.topic, { partition: flowing.partition })]);
        await eventually(() => member.of(flowing).length === 6 + round, { what: 'the neighbour' });
        expect(member.of(paused)).toHaveLength(5 + round);

        const before = performance.now();
        member.member.resume(paused);
        await eventually(() => member.of(paused).length === 6 + round, { what: 'the resumed partition' });
        times.push(performance.now() - before);
      }
      times.toSorted((a, b) => a - b);
      expect(times[3]).toBeLessThan(RESUME_LIMIT_MS);
      expect(times[6]).toBeLessThan(RESUME_LIMIT_MS + MACHINE_MARGIN_MS);
    });

    it('may pause and resume again and again without a loss or a repetition', async () => {
      const topic = await suite.topic();
      const partition = { topic, partition: 0 };
      const member = await suite.join(
        { group: suite.group(), topics: [topic], maxBytesPerPartition: 2_000 },
        {
          onRecords: () => {
            member.member.pause(partition);
            setImmediate(() => member.member.resume(partition));
          },
        },
      );
      for (let batch = 0; batch < 20; batch += 1) await suite.transport.append(numbered(topic, 0, 50));
      await eventually(() => member.records.length >= 1_000, { what: 'all records' });
      expect(offsetsOf(member.records)).toEqual(range(0n, 1_000));
    });

    it('delivers the same offsets again after a seek back, and nothing that was fetched before it', async () => {
      const topic = await suite.topic();
      const partition = { topic, partition: 0 };
      let sought = false;
      const member = await suite.join(
        { group: suite.group(), topics: [topic], maxBytesPerPartition: 1_000 },
        {
          onRecords: ({ nextOffset }) => {
            if (sought || nextOffset < 50n) return;
            sought = true;
            member.member.seek({ ...partition, offset: 10n });
          },
        },
      );
      for (let batch = 0; batch < 20; batch += 1) {
        await suite.transport.append(numbered(topic, 0, 10, 'x'.repeat(50)));
      }
      const again = (): number => member.records.findLastIndex(({ offset }) => offset === 10n);
      await eventually(() => again() > 10 && member.records.at(-1)?.offset === 199n, {
        what: 'the end, once more',
      });
      expect(sought).toBe(true);
      const firstRun = again();
      expect(offsetsOf(member.records.slice(0, firstRun))).toEqual(range(0n, firstRun));
      expect(offsetsOf(member.records.slice(firstRun))).toEqual(range(10n, 190));
    });

    it('seeks forward over what is not wanted, a paused partition too', async () => {
      const topic = await suite.topic();
      const partition = { topic, partition: 0 };
      const member = await suite.join({ group: suite.group(), topics: [topic] });
      await suite.transport.append(numbered(topic, 0, 5));
      await eventually(() => member.records.length === 5, { what: 'the first records' });
      member.member.pause(partition);
      await suite.transport.append(numbered(topic, 0, 20));
      member.member.seek({ ...partition, offset: 20n });
      member.member.resume(partition);
      await eventually(() => member.records.length === 10, { what: 'the last records' });
      expect(offsetsOf(member.records)).toEqual([...range(0n, 5), ...range(20n, 5)]);
    });
  });
}
