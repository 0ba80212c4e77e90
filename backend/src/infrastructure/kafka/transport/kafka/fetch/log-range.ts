import { ListOffsetTimestamps } from '@platformatic/kafka';
import type { TopicPartition } from '../../transport.port';
import type { Cluster } from '../cluster/cluster';

/** First offset of a partition and the one the next append gets. */
export async function logRange(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
): Promise<{ logStart: bigint; logEnd: bigint }> {
  const at = async (timestamp: bigint): Promise<bigint> => {
    const [found] = await cluster.admin.listOffsets({
      topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }],
    });
    return found?.partitions[0]?.offset ?? 0n;
  };
  const [logStart, logEnd] = await Promise.all([
    at(ListOffsetTimestamps.EARLIEST),
    at(ListOffsetTimestamps.LATEST),
  ]);
  return { logStart, logEnd };
}
