import { sql } from '@/infrastructure/postgres/sql';
import { UnknownTopicError } from '../transport.errors';
import type {
  GroupDescription,
  LogAdmin,
  PartitionOffsets,
  Position,
  TopicDescription,
  TopicSettings,
} from '../transport.port';
import { GroupAdmin } from './group-admin';
import { isSegmentGone, type LogDatabase } from './log-database';
import { checkSettings } from './topic-settings';

const THIS_BROKER = 0;

export interface AdminSurroundings {
  readonly database: LogDatabase;
  readonly url: string;
  /** Topics came or went. */
  readonly topicsChanged: () => void;
}

/** The log's administration. There is one broker, the PostgreSQL server, and so one replica of everything. */
export class EmbeddedAdmin implements LogAdmin {
  private readonly database: LogDatabase;
  private readonly groups: GroupAdmin;

  constructor(private readonly around: AdminSurroundings) {
    this.database = around.database;
    this.groups = new GroupAdmin(around.database);
  }

  async createTopics(topics: readonly TopicSettings[]) {
    topics.forEach(checkSettings);
    const existing = new Set(await this.topicNames());
    const created = new Set<string>();
    for (const { topic, partitions, replicationFactor, config } of topics) {
      if (existing.has(topic)) continue;
      const settings = JSON.stringify(config);
      const row = await this.database.row<{ made: boolean }>(
        sql`select log.create_topic(${topic}, ${partitions}, ${replicationFactor}, ${settings}::jsonb) as made`,
      );
      if (row?.made) created.add(topic);
      existing.add(topic);
    }
    if (created.size > 0) this.around.topicsChanged();
    return topics.map(({ topic }) => ({ topic, created: created.has(topic) }));
  }

  async deleteTopics(topics: readonly string[]): Promise<void> {
    await this.mustExist(topics);
    for (const topic of topics) await this.database.run(sql`select log.delete_topic(${topic})`);
    this.around.topicsChanged();
  }

  async topicNames(): Promise<readonly string[]> {
    const rows = await this.database.rows<{ topic: string }>(sql`select topic from log.topic order by topic`);
    return rows.map(({ topic }) => topic);
  }

  /**
   * `replicationFactor` is what there is, 1, whatever was asked for at creation; so are the replicas. Settings are
   * those given at creation.
   */
  async describeTopics(topics: readonly string[]): Promise<readonly TopicDescription[]> {
    await this.mustExist(topics);
    const rows = await this.database.rows<{
      topic: string;
      partitions: number;
      config: Record<string, string>;
    }>(sql`select topic, partitions, config from log.topic where topic = any(${topics})`);
    const byName = new Map(rows.map((row) => [row.topic, row]));
    return topics.flatMap((name) => {
      const row = byName.get(name);
      if (!row) return [];
      const partitionDetails = Array.from({ length: row.partitions }, (_, partition) => ({
        topic: name,
        partition,
        leader: THIS_BROKER,
        replicas: [THIS_BROKER],
        inSyncReplicas: [THIS_BROKER],
      }));
      return [
        {
          topic: name,
          partitions: row.partitions,
          replicationFactor: 1,
          config: row.config,
          partitionDetails,
        },
      ];
    });
  }

  async topicIds(topics: readonly string[]): Promise<ReadonlyMap<string, string>> {
    await this.mustExist(topics);
    const rows = await this.database.rows<{ topic: string; id: string }>(sql`
      select topic, 'embedded-' || (extract(epoch from created_at) * 1000000)::bigint as id
      from log.topic where topic = any(${topics})`);
    return new Map(rows.map(({ topic, id }) => [topic, id]));
  }

  async offsets(topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    await this.mustExist(topics);
    const rows = await this.database.rows<{
      topic: string;
      partition: number;
      log_start: string;
      next: string;
    }>(
      sql`select topic, partition, log_start, next from log.head where topic = any(${topics})
        order by topic, partition`,
    );
    return rows.map(({ topic, partition, log_start, next }) => ({
      topic,
      partition,
      start: BigInt(log_start),
      end: BigInt(next),
    }));
  }

  async offsetsAt(topic: string, timestamp: number): Promise<readonly Position[]> {
    await this.mustExist([topic]);
    for (;;) {
      try {
        const rows = await this.database.rows<{ partition: number; at: string }>(
          sql`select h.partition, log.offset_at(h.topic, h.partition, ${Math.ceil(timestamp)}) as at
            from log.head h where h.topic = ${topic} order by h.partition`,
        );
        return rows.map(({ partition, at }) => ({ topic, partition, offset: BigInt(at) }));
      } catch (error) {
        // Retention drops each segment once, so this ends.
        if (!isSegmentGone(error)) throw error;
      }
    }
  }

  groupNames(): Promise<readonly string[]> {
    return this.groups.names();
  }

  describeGroup(group: string): Promise<GroupDescription> {
    return this.groups.describe(group);
  }

  committed(group: string, topics: readonly string[]): Promise<readonly Position[]> {
    return this.groups.committed(group, topics);
  }

  async resetCommitted(group: string, positions: readonly Position[]): Promise<void> {
    await this.mustExist([...new Set(positions.map(({ topic }) => topic))]);
    await this.groups.reset(group, positions);
  }

  async brokers() {
    const { hostname, port } = new URL(this.around.url);
    return [{ id: THIS_BROKER, address: `${hostname}:${port || '5432'}` }];
  }

  private async mustExist(topics: readonly string[]): Promise<void> {
    const known = new Set(await this.topicNames());
    const missing = topics.filter((topic) => !known.has(topic));
    if (missing.length > 0) throw new UnknownTopicError(`There is no topic ${missing.join(', ')}.`);
  }
}
