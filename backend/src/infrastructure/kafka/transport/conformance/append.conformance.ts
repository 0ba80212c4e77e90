import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RecordTooLargeError, TransportClosedError, UnknownTopicError } from '../transport.errors';
import type { ConformanceSuite } from './support/conformance-suite';
import { numbered, offsetsOf, outgoing, range, text } from './support/records';

const KEYS = ['order-1', 'order-2', 'order-3', 'order-4', 'order-5'];

export function appendConformance(suite: ConformanceSuite): void {
  describe('append', () => {
    it('keeps the order of each key among concurrent appends', async () => {
      const topic = await suite.topic({ partitions: 4 });
      const records = Array.from({ length: 200 }, (_, index) =>
        outgoing(topic, { key: KEYS[index % KEYS.length] as string, value: String(index) }),
      );
      const appended = await Promise.all(records.map((record) => suite.transport.append([record])));
      expect(appended.flat()).toHaveLength(records.length);

      const read = (
        await Promise.all([0, 1, 2, 3].map((partition) => suite.readAll({ topic, partition })))
      ).flat();
      for (const key of KEYS) {
        const ofKey = read.filter((record) => record.key?.toString() === key);
        expect(new Set(ofKey.map((record) => record.partition)).size).toBe(1);
        expect(ofKey.map(text)).toEqual(
          records
            .filter((record) => record.key?.toString() === key)
            .map((record) => record.value?.toString()),
        );
      }
    });

    it('answers with the positions in the order of the records', async () => {
      const [first, second] = [await suite.topic({ partitions: 2 }), await suite.topic()];
      const records = [
        outgoing(second, { value: 'a', partition: 0 }),
        outgoing(first, { value: 'b', partition: 1 }),
        outgoing(first, { value: 'c', partition: 0 }),
        outgoing(second, { value: 'd', partition: 0 }),
        outgoing(first, { value: 'e', partition: 1 }),
      ];
      expect(await suite.transport.append(records)).toEqual([
        { topic: second, partition: 0, offset: 0n },
        { topic: first, partition: 1, offset: 0n },
        { topic: first, partition: 0, offset: 0n },
        { topic: second, partition: 0, offset: 1n },
        { topic: first, partition: 1, offset: 1n },
      ]);
      expect((await suite.readAll({ topic: first, partition: 1 })).map(text)).toEqual(['b', 'e']);
      expect((await suite.readAll({ topic: second, partition: 0 })).map(text)).toEqual(['a', 'd']);
    });

    it('is visible to every reader once it has resolved', async () => {
      const topic = await suite.topic();
      const reader = await suite.open();
      for (let round = 0; round < 20; round += 1) {
        const [position] = await suite.transport.append([outgoing(topic, { value: String(round) })]);
        expect(position?.offset).toBe(BigInt(round));
        const from = { topic, partition: 0, offset: BigInt(round) };
        const batch = await reader.read({ from, limit: 10, maxBytes: 100_000 });
        expect(batch.records.map(text)).toEqual([String(round)]);
      }
    });

    it('gives consecutive offsets across many batches', async () => {
      const topic = await suite.topic();
      await Promise.all(
        Array.from({ length: 50 }, (_, batch) =>
          suite.transport.append(numbered(topic, 0, 100, `${batch}-`)),
        ),
      );
      const read = await suite.readAll({ topic, partition: 0 });
      expect(offsetsOf(read)).toEqual(range(0n, 5_000));
    });

    it('keeps the time it is given, and takes its own where none is', async () => {
      const topic = await suite.topic();
      const given = Date.now() - 60_000;
      await suite.transport.append([outgoing(topic, { timestamp: given })]);
      await suite.transport.append([outgoing(topic, { timestamp: given + 1 })]);
      const before = Date.now();
      await suite.transport.append([outgoing(topic)]);
      const after = Date.now();
      const [first, second, third] = await suite.readAll({ topic, partition: 0 });
      expect([first?.timestamp, second?.timestamp]).toEqual([given, given + 1]);
      expect(third?.timestamp).toBeGreaterThanOrEqual(before - 1);
      expect(third?.timestamp).toBeLessThanOrEqual(after + 1);
    });

    it('keeps times that are months apart, also of one call', async () => {
      const topic = await suite.topic({ config: { 'retention.ms': '-1' } });
      const day = 86_400_000;
      const now = Date.now();
      const times = [now - 90 * day, now - 60 * day, now - day, now];
      await suite.transport.append(times.map((timestamp) => outgoing(topic, { timestamp, partition: 0 })));
      const read = await suite.readAll({ topic, partition: 0 });
      expect(read.map(({ timestamp }) => timestamp)).toEqual(times);
    });

    it("refuses a record over the topic's max.message.bytes and writes nothing of it", async () => {
      const topic = await suite.topic({ config: { 'max.message.bytes': '10000' } });
      const tooLarge = outgoing(topic, { value: randomBytes(20_000) });
      await expect(suite.transport.append([tooLarge])).rejects.toBeInstanceOf(RecordTooLargeError);
      await suite.transport.append([outgoing(topic, { value: 'small' })]);
      expect((await suite.readAll({ topic, partition: 0 })).map(text)).toEqual(['small']);
    });

    it('refuses an unknown topic within 10 s', async () => {
      const before = performance.now();
      await expect(suite.transport.append([outgoing('conformance-no-such-topic')])).rejects.toBeInstanceOf(
        UnknownTopicError,
      );
      expect(performance.now() - before).toBeLessThan(10_000);
    });

    it('does not let a refused append touch the others of its time', async () => {
      const topic = await suite.topic({ config: { 'max.message.bytes': '10000' } });
      const appends = [
        suite.transport.append([outgoing(topic, { value: 'a' })]),
        suite.transport.append([outgoing(topic, { value: randomBytes(20_000) })]),
        suite.transport.append([outgoing('conformance-no-such-topic', { value: 'b' })]),
        suite.transport.append([outgoing(topic, { value: 'c' })]),
      ];
      const outcomes = await Promise.allSettled(appends);
      expect(outcomes.map((outcome) => outcome.status)).toEqual([
        'fulfilled',
        'rejected',
        'rejected',
        'fulfilled',
      ]);
      expect((await suite.readAll({ topic, partition: 0 })).map(text)).toEqual(['a', 'c']);
    });

    it('is refused after close', async () => {
      const topic = await suite.topic();
      const transport = await suite.open();
      await transport.close();
      await expect(transport.append([outgoing(topic)])).rejects.toBeInstanceOf(TransportClosedError);
    });

    it('does nothing for no records', async () => {
      expect(await suite.transport.append([])).toEqual([]);
    });
  });
}
