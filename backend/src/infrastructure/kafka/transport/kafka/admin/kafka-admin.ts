import type { Admin } from '@platformatic/kafka';
import { UnknownTopicError } from '../../transport.errors';
import type {
  GroupDescription,
  LogAdmin,
  PartitionOffsets,
  Position,
  TopicDescription,
  TopicSettings,
} from '../../transport.port';
import type { Cluster } from '../cluster/cluster';
import { codedError } from '../protocol-errors';
import { committedOf, describeGroup, groupNames, resetCommitted } from './groups';
import { offsetsAt, offsetsOf } from './offsets';
import { createTopics, deleteTopics, describeTopics, topicIds } from './topics';

export class KafkaAdmin implements LogAdmin {
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  createTopics(topics: readonly TopicSettings[]): Promise<readonly { topic: string; created: boolean }[]> {
    return this.#ask('Creating topics', () => createTopics(this.#cluster, topics));
  }

  deleteTopics(topics: readonly string[]): Promise<void> {
    return this.#ask('Deleting topics', () => deleteTopics(this.#cluster, topics));
  }

  topicNames(): Promise<readonly string[]> {
    return this.#ask('Listing topics', async (admin) => (await admin.listTopics()).toSorted());
  }

  describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]> {
    return this.#ask('Describing topics', () => describeTopics(this.#cluster, topics));
  }

  topicIds(topics: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#ask('Describing topics', () => topicIds(this.#cluster, topics));
  }

  offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    return this.#ask('Listing offsets', () => offsetsOf(this.#cluster, topics));
  }

  offsetsAt(topic: string, timestamp: number): Promise<readonly Position[]> {
    return this.#ask('Listing offsets', () => offsetsAt(this.#cluster, topic, timestamp));
  }

  groupNames(): Promise<readonly string[]> {
    return this.#ask('Listing groups', () => groupNames(this.#cluster));
  }

  describeGroup(group: string): Promise<GroupDescription> {
    return this.#ask(`Describing group '${group}'`, () => describeGroup(this.#cluster, group));
  }

  committed(group: string, topics: readonly string[]): Promise<readonly Position[]> {
    return this.#ask(`Reading the positions of '${group}'`, () => committedOf(this.#cluster, group, topics));
  }

  resetCommitted(group: string, positions: readonly Position[]): Promise<void> {
    return this.#ask(`Setting the positions of '${group}'`, () =>
      resetCommitted(this.#cluster, group, positions),
    );
  }

  brokers(): Promise<readonly { readonly id: number; readonly address: string }[]> {
    return this.#ask('Listing brokers', async () => {
      const brokers = await this.#cluster.brokers({ fresh: true });
      return [...brokers]
        .map(([id, { host, port }]) => ({ id, address: `${host}:${port}` }))
        .toSorted((a, b) => a.id - b.id);
    });
  }

  async #ask<T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    await this.#cluster.open();
    try {
      return await question(this.#cluster.admin);
    } catch (error) {
      const unknown = /^Unknown topic (.*)\.$/.exec(error instanceof Error ? error.message : '');
      if (unknown) throw new UnknownTopicError(`There is no topic '${unknown[1]}'.`, { cause: error });
      throw codedError(error, doing);
    }
  }
}
