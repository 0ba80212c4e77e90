import type { Broker, ConnectionPool, metadataV12 } from '@platformatic/kafka';
import { LogUnavailableError } from '../../transport.errors';
import { codedError, ProtocolCode, responseOf } from '../protocol-errors';
import type { Apis } from './apis';
import { BackOff } from './back-off';

type MetadataResponse = metadataV12.MetadataResponse;

export interface PartitionMetadata {
  /** -1 while there is none. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

export interface TopicMetadata {
  readonly id: string;
  readonly partitions: readonly PartitionMetadata[];
  /** `performance.now()` of the answer. */
  readonly at: number;
}

const ANSWER_WITHIN_MS = 9_000;
const UNKNOWN_ATTEMPTS = 4;
const ABSENT = new Set<number>([ProtocolCode.UNKNOWN_TOPIC_OR_PARTITION, ProtocolCode.INVALID_TOPIC]);

/**
 * Which brokers live and who leads what, as last heard. A partition without a leader does not hide the others of
 * its topic, and a failed question leaves what was known.
 */
export class Metadata {
  readonly brokers = new Map<number, Broker>();
  readonly topics = new Map<string, TopicMetadata>();
  readonly #bootstrap: readonly Broker[];
  #turn = 0;

  constructor(bootstrap: readonly Broker[]) {
    this.#bootstrap = bootstrap;
  }

  /** Asks for these topics. One that does not exist is gone from `topics` afterwards. */
  async ask(pool: ConnectionPool, api: Apis['Metadata'], topics: readonly string[]): Promise<void> {
    const backOff = new BackOff(20, 500);
    for (let unknown = 1; ; unknown += 1) {
      this.#take(await this.#answer(pool, api, topics, backOff), topics);
      // A topic that was made a moment ago is not known to every broker yet.
      if (unknown >= UNKNOWN_ATTEMPTS || topics.every((topic) => this.topics.has(topic))) return;
      this.#turn += 1;
      await new Promise((resolve) => setTimeout(resolve, backOff.next()));
    }
  }

  /** What each broker says about a topic. One that does not answer is left out: it learns before it serves again. */
  async askEach(
    pool: ConnectionPool,
    api: Apis['Metadata'],
    topic: string,
  ): Promise<readonly (readonly PartitionMetadata[])[]> {
    const answers = await Promise.all(
      [...this.brokers.values()].map(async (broker) => {
        try {
          const connection = await pool.get(broker);
          return (await api.async(connection, [topic], false, false)).topics;
        } catch (error) {
          const response = responseOf<MetadataResponse>(error);
          if (response) return response.topics;
          const coded = codedError(error, 'Asking Kafka for its topics');
          if (coded instanceof LogUnavailableError) return undefined;
          throw coded;
        }
      }),
    );
    return answers.flatMap((topics) => {
      const found = topics?.find(({ name }) => name === topic);
      return topics ? [found ? partitionsOf(found) : []] : [];
    });
  }

  async #answer(
    pool: ConnectionPool,
    api: Apis['Metadata'],
    topics: readonly string[],
    backOff: BackOff,
  ): Promise<MetadataResponse> {
    const deadline = performance.now() + ANSWER_WITHIN_MS;
    for (;;) {
      const known = [...this.brokers.values(), ...this.#bootstrap];
      const broker = known[this.#turn % known.length] as Broker;
      try {
        const connection = await pool.get(broker);
        return await api.async(connection, [...topics], false, false);
      } catch (error) {
        const response = responseOf<MetadataResponse>(error);
        if (response) return response;
        const coded = codedError(error, 'Asking Kafka for its topics');
        if (!(coded instanceof LogUnavailableError) || performance.now() > deadline) throw coded;
        // Another one is asked; only when all were asked is there a pause.
        this.#turn += 1;
        if (this.#turn % known.length === 0)
          await new Promise((resolve) => setTimeout(resolve, backOff.next()));
      }
    }
  }

  #take({ brokers, topics }: MetadataResponse, asked: readonly string[]): void {
    if (brokers.length > 0) {
      this.brokers.clear();
      for (const { nodeId, host, port } of brokers) this.brokers.set(nodeId, { host, port });
    }
    for (const name of asked) {
      const found = topics.find((topic) => topic.name === name);
      if (!found || ABSENT.has(found.errorCode)) {
        this.topics.delete(name);
      } else if (found.partitions.length > 0) {
        this.topics.set(name, { id: found.topicId, partitions: partitionsOf(found), at: performance.now() });
      }
    }
  }
}

function partitionsOf({ partitions }: MetadataResponse['topics'][number]): PartitionMetadata[] {
  return partitions
    .toSorted((a, b) => a.partitionIndex - b.partitionIndex)
    .map(({ leaderId, replicaNodes, isrNodes }) => ({
      leader: leaderId,
      replicas: replicaNodes,
      inSyncReplicas: isrNodes,
    }));
}
