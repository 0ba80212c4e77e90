import { type ConnectionPool, FetchIsolationLevels, type fetchV17 } from '@platformatic/kafka';
import { LogUnavailableError } from '../../transport.errors';
import type { Position } from '../../transport.port';
import type { Cluster } from '../cluster/cluster';
import type { FetchAnswer, FetchedPartition } from './fetch-message';

export interface FetchLimits {
  /** Longest time in ms the broker waits for a first record. */
  readonly maxWaitMs: number;
  readonly maxBytes: number;
}

export interface FetchPosition extends Position {
  /** As the log counts them: compressed. A first batch that is larger comes all the same. */
  readonly maxBytes: number;
}

const NO_SESSION = 0;
const FINAL_EPOCH = -1;

/**
 * One fetch from one broker, outside any fetch session: two of them can be under way at the same time. Answers
 * with what each partition brought, its error code included; rejects only where nothing came back.
 */
export async function fetchFrom(
  cluster: Cluster,
  pool: ConnectionPool,
  node: number,
  positions: readonly FetchPosition[],
  limits: FetchLimits,
): Promise<Map<Position, FetchedPartition>> {
  const broker = cluster.broker(node);
  if (!broker) throw new LogUnavailableError('The partition has no leader.');
  const connection = await pool.get(broker);
  const topics = new Map<string, fetchV17.FetchRequestTopic>();
  for (const { topic, partition, offset, maxBytes } of positions) {
    const topicId = cluster.known(topic)?.id;
    if (topicId === undefined) continue;
    let request = topics.get(topicId);
    if (!request) topics.set(topicId, (request = { topicId, partitions: [] }));
    request.partitions.push({
      partition,
      fetchOffset: offset,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      partitionMaxBytes: maxBytes,
    });
  }
  const answer = await cluster
    .api('Fetch')
    .async(
      connection,
      limits.maxWaitMs,
      1,
      limits.maxBytes,
      FetchIsolationLevels.READ_COMMITTED,
      NO_SESSION,
      FINAL_EPOCH,
      [...topics.values()],
      [],
      '',
    );
  return answersOf(cluster, positions, answer);
}

function answersOf(cluster: Cluster, positions: readonly Position[], { responses }: FetchAnswer) {
  const answers = new Map<Position, FetchedPartition>();
  for (const position of positions) {
    const id = cluster.known(position.topic)?.id;
    const answer = responses
      .find(({ topicId }) => topicId === id)
      ?.partitions.find(({ partitionIndex }) => partitionIndex === position.partition);
    if (answer) answers.set(position, answer);
  }
  return answers;
}
