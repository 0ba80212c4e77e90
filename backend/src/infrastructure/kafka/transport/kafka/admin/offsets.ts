import { ListOffsetTimestamps } from '@platformatic/kafka';
import type { PartitionOffsets, Position } from '../../transport.port';
import type { Cluster } from '../cluster/cluster';

const NONE_SO_LATE = -1n;

export async function offsetsOf(cluster: Cluster, topics: readonly string[]): Promise<PartitionOffsets[]> {
  if (topics.length === 0) return [];
  const [starts, ends] = await Promise.all([
    at(cluster, topics, ListOffsetTimestamps.EARLIEST),
    at(cluster, topics, ListOffsetTimestamps.LATEST),
  ]);
  return starts.map(({ topic, partition, offset: start }) => {
    const end = ends.find((one) => one.topic === topic && one.partition === partition)?.offset ?? start;
    return { topic, partition, start, end };
  });
}

export async function offsetsAt(cluster: Cluster, topic: string, timestamp: number): Promise<Position[]> {
  const [found, ends] = await Promise.all([
    at(cluster, [topic], BigInt(timestamp)),
    at(cluster, [topic], ListOffsetTimestamps.LATEST),
  ]);
  return found.map(({ partition, offset }) => ({
    topic,
    partition,
    offset:
      offset === NONE_SO_LATE ? (ends.find((one) => one.partition === partition)?.offset ?? 0n) : offset,
  }));
}

async function at(cluster: Cluster, topics: readonly string[], timestamp: bigint): Promise<Position[]> {
  const metadata = await cluster.topics(topics);
  const listed = await cluster.admin.listOffsets({
    topics: topics.map((name) => ({
      name,
      partitions: Array.from({ length: metadata.get(name)?.partitions.length ?? 0 }, (_, partitionIndex) => ({
        partitionIndex,
        timestamp,
      })),
    })),
  });
  return listed
    .flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, offset }) => ({ topic: name, partition: partitionIndex, offset })),
    )
    .toSorted((a, b) => topics.indexOf(a.topic) - topics.indexOf(b.topic) || a.partition - b.partition);
}
