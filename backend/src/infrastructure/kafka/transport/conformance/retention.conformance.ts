import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { OffsetOutOfRangeError } from '../transport.errors';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, outgoing } from './support/records';

export function retentionConformance(suite: ConformanceSuite): void {
  describe('retention', () => {
    it('removes old records at the front, moves the start, and keeps every offset', async () => {
      const { config, withinMs } = suite.harness.retention;
      const topic = await suite.topic({ config });
      const kept = await suite.topic();
      await suite.transport.append([...numbered(topic, 0, 100), ...numbered(kept, 0, 100)]);
      // A record after them, so that the old ones are no longer in the part of the log that is being written.
      const moved = await eventually(
        async () => {
          await suite.transport.append([outgoing(topic, { value: 'later' })]);
          const [offsets] = await suite.transport.admin.offsets([topic]);
          return offsets !== undefined && offsets.start >= 100n ? offsets : undefined;
        },
        { withinMs, what: 'retention' },
      );
      expect(moved.end).toBeGreaterThanOrEqual(moved.start);

      const fromStart = { from: { topic, partition: 0, offset: 0n }, limit: 10, maxBytes: 10_000 };
      await expect(suite.transport.read(fromStart)).rejects.toBeInstanceOf(OffsetOutOfRangeError);
      const [position] = await suite.transport.append([outgoing(topic, { value: 'last' })]);
      expect(position?.offset).toBeGreaterThanOrEqual(moved.end);
      const [untouched] = await suite.transport.admin.offsets([kept]);
      expect(untouched).toEqual({ topic: kept, partition: 0, start: 0n, end: 100n });

      // A group whose position went with them is told so, and is not moved silently.
      const member = await suite.join({ group: suite.group(), topics: [topic] }, { startAt: () => 0n });
      await eventually(() => member.outOfRange.length > 0, { what: 'the report of the lost position' });
      const [report] = member.outOfRange;
      expect(report).toMatchObject({ topic, partition: 0, offset: 0n });
      expect(report?.logStart).toBeGreaterThanOrEqual(100n);
      await eventually(() => member.records.length > 0, { what: 'the records from the start of the log' });
      expect(offsetsOf(member.records)[0]).toBeGreaterThanOrEqual(report?.logStart ?? 0n);
    });
  });
}
