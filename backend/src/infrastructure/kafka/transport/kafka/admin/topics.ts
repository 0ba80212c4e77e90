import { ConfigResourceTypes } from '@platformatic/kafka';
import { LogUnavailableError, TopicSettingRefusedError, UnknownTopicError } from '../../transport.errors';
import type { TopicDescription, TopicSettings } from '../../transport.port';
import { BackOff } from '../cluster/back-off';
import type { Cluster } from '../cluster/cluster';
import { ProtocolCode, protocolCodeOf, reasonOf } from '../protocol-errors';

const REFUSED = new Set<number | undefined>([
  ProtocolCode.INVALID_TOPIC,
  ProtocolCode.INVALID_PARTITIONS,
  ProtocolCode.INVALID_REPLICATION_FACTOR,
  ProtocolCode.INVALID_REPLICA_ASSIGNMENT,
  ProtocolCode.INVALID_CONFIG,
  ProtocolCode.POLICY_VIOLATION,
]);
const FROM_THE_TOPIC = 1;
const SETTLE_WITHIN_MS = 10_000;

export async function createTopics(cluster: Cluster, topics: readonly TopicSettings[]) {
  const outcomes: { topic: string; created: boolean }[] = [];
  // One by one: the client gives all topics of a call the same configuration.
  for (const settings of topics) outcomes.push(await createTopic(cluster, settings));
  for (const { topic, partitions } of topics.filter((_, index) => outcomes[index]?.created)) {
    await settled(cluster, topic, (found) => found.filter(({ leader }) => leader >= 0).length === partitions);
  }
  return outcomes;
}

async function createTopic(
  cluster: Cluster,
  { topic, partitions, replicationFactor, config }: TopicSettings,
) {
  const configs = Object.entries(config).map(([name, value]) => ({ name, value }));
  try {
    await cluster.admin.createTopics({
      topics: [{ topic, partitions, replicas: replicationFactor }],
      configs,
    });
    return { topic, created: true };
  } catch (error) {
    const code = protocolCodeOf(error);
    if (code === ProtocolCode.TOPIC_ALREADY_EXISTS) return { topic, created: false };
    if (!REFUSED.has(code)) throw error;
    throw new TopicSettingRefusedError(`Kafka refuses topic '${topic}': ${reasonOf(error as Error)}`, {
      cause: error,
    });
  }
}

export async function deleteTopics(cluster: Cluster, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    try {
      await cluster.admin.deleteTopics({ topics: [topic] });
    } catch (error) {
      if (protocolCodeOf(error) !== ProtocolCode.UNKNOWN_TOPIC_OR_PARTITION) throw error;
      throw new UnknownTopicError(`There is no topic '${topic}'.`, { cause: error });
    }
  }
  for (const topic of topics) await settled(cluster, topic, (found) => found.length === 0);
}

type Partitions = readonly { readonly leader: number }[];

/** Resolves when every broker knows: whichever is asked next, it shows what was done here. */
async function settled(cluster: Cluster, topic: string, done: (found: Partitions) => boolean): Promise<void> {
  const deadline = performance.now() + SETTLE_WITHIN_MS;
  const backOff = new BackOff(20, 250);
  for (;;) {
    const answers = await cluster.knownByEach(topic);
    if (answers.length > 0 && answers.every(done)) return cluster.refresh([topic]);
    if (performance.now() > deadline) {
      throw new LogUnavailableError(
        `The brokers did not agree on topic '${topic}' within ${SETTLE_WITHIN_MS} ms.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, backOff.next()));
  }
}

export async function describeTopics(
  cluster: Cluster,
  topics: readonly string[],
): Promise<TopicDescription[]> {
  if (topics.length === 0) return [];
  const metadata = await cluster.topics(topics, { fresh: true });
  const described = await cluster.admin.describeConfigs({
    resources: topics.map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName })),
  });
  return topics.map((topic) => {
    const found = metadata.get(topic);
    if (!found) throw new UnknownTopicError(`There is no topic '${topic}'.`);
    const configs = described.find(({ resourceName }) => resourceName === topic)?.configs ?? [];
    return {
      topic,
      partitions: found.partitions.length,
      replicationFactor: found.partitions[0]?.replicas.length ?? 0,
      config: Object.fromEntries(
        configs
          .filter(({ configSource }) => configSource === FROM_THE_TOPIC)
          .map(({ name, value }) => [name, value ?? ''] as const),
      ),
      partitionDetails: found.partitions.map(({ leader, replicas, inSyncReplicas }, partition) => ({
        topic,
        partition,
        leader,
        replicas,
        inSyncReplicas,
      })),
    };
  });
}

export async function topicIds(
  cluster: Cluster,
  topics: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const metadata = await cluster.topics(topics, { fresh: true });
  return new Map(topics.map((topic) => [topic, metadata.get(topic)?.id ?? '']));
}
