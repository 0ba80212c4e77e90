import { describe, expect, it } from 'vitest';
import type { ConformanceSuite } from './support/conformance-suite';
import { outgoing } from './support/records';

/**
 * Key bytes in hexadecimal and where Kafka's own Java client puts them:
 * `BuiltInPartitioner.partitionForKey(key, n)` of kafka-clients 4.3.1 for n = 3, 4, 6, 8.
 */
const JAVA_CLIENT: readonly (readonly [hex: string, of3: number, of4: number, of6: number, of8: number])[] = [
  ['', 0, 1, 3, 1],
  ['61', 1, 0, 4, 4],
  ['6162', 2, 2, 2, 2],
  ['616263', 0, 3, 3, 3],
  ['61626364', 2, 0, 2, 4],
  ['6162636465', 1, 1, 1, 5],
  ['3132333435', 2, 0, 2, 4],
  ['757365722d313233', 2, 0, 2, 4],
  ['6f726465722d3432', 0, 0, 0, 0],
  ['5ac3bc72696368', 1, 1, 1, 1],
  ['e697a5e69cace8aa9e', 1, 2, 4, 2],
  ['f09f9b92', 0, 3, 3, 3],
  ['3231', 0, 0, 0, 4],
  ['666f6f626172', 0, 2, 0, 6],
  ['612d6c6974746c652d6269742d6c6f6e672d737472696e67', 2, 0, 2, 0],
  ['612d6c6974746c652d6269742d6c6f6e6765722d737472696e67', 2, 3, 5, 3],
  ['30313963386633652d376135342d376233652d396430632d316632613362346335643665', 2, 2, 2, 2],
  ['00', 2, 0, 2, 4],
  ['fffe80', 0, 3, 3, 3],
  ['80007fff010203', 0, 0, 0, 4],
];

export function partitioningConformance(suite: ConformanceSuite): void {
  describe('partitions', () => {
    it.each([
      { partitions: 3, column: 1 },
      { partitions: 4, column: 2 },
      { partitions: 6, column: 3 },
      { partitions: 8, column: 4 },
    ])('puts a key where the Java client puts it, of $partitions', async ({ partitions, column }) => {
      const topic = await suite.topic({ partitions });
      const keys = JAVA_CLIENT.map(([hex]) => Buffer.from(hex, 'hex'));
      const positions = await suite.transport.append(keys.map((key) => outgoing(topic, { key })));
      expect(positions.map(({ partition }) => partition)).toEqual(JAVA_CLIENT.map((row) => row[column]));
    });

    it('takes the partition it is told, whatever the key is', async () => {
      const topic = await suite.topic({ partitions: 4 });
      const records = [0, 1, 2, 3].map((partition) => outgoing(topic, { key: 'the same key', partition }));
      const positions = await suite.transport.append(records);
      expect(positions.map(({ partition }) => partition)).toEqual([0, 1, 2, 3]);
    });

    it('spreads records without a key over the partitions', async () => {
      const topic = await suite.topic({ partitions: 3 });
      const used = new Set<number>();
      for (let round = 0; round < 60; round += 1) {
        for (const { partition } of await suite.transport.append([outgoing(topic)])) used.add(partition);
      }
      expect([...used].toSorted()).toEqual([0, 1, 2]);
    });
  });
}
