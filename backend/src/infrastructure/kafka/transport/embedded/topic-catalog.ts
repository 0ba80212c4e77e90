import { sql } from '@/infrastructure/postgres/sql';
import { RecordTooLargeError, UnknownTopicError } from '../transport.errors';
import type { OutgoingRecord } from '../transport.port';
import type { LogDatabase } from './log-database';
import { Partitioner } from './partitioner';
import { type PlacedRecord, placeRecord } from './placed-record';
import { mostRecordBytes } from './topic-settings';

interface KnownTopic {
  readonly partitions: number;
  readonly mostBytes: number;
}

/** Partition counts and size limits of the topics this process writes to. A miss is looked up every time. */
export class TopicCatalog {
  private readonly topics = new Map<string, KnownTopic>();
  private readonly partitioner = new Partitioner();

  constructor(private readonly database: LogDatabase) {}

  /** Looks up the topics it does not know; undefined where it knows them all. */
  learn(records: readonly OutgoingRecord[]): Promise<void> | undefined {
    const unknown = new Set(records.map(({ topic }) => topic).filter((topic) => !this.topics.has(topic)));
    return unknown.size > 0 ? this.load([...unknown]) : undefined;
  }

  /** Refuses all records when one has an unknown topic or partition or is too large. */
  place(records: readonly OutgoingRecord[]): PlacedRecord[] {
    return records.map((record) => this.placeOne(record));
  }

  forget(): void {
    this.topics.clear();
  }

  private placeOne(record: OutgoingRecord): PlacedRecord {
    const topic = this.topics.get(record.topic);
    if (!topic) throw new UnknownTopicError(`There is no topic ${record.topic}.`);
    const partition = this.partitioner.partitionOf(record, topic.partitions);
    if (!Number.isInteger(partition) || partition < 0 || partition >= topic.partitions) {
      throw new UnknownTopicError(
        `Topic ${record.topic} has partitions 0 to ${topic.partitions - 1}, not ${partition}.`,
      );
    }
    const placed = placeRecord(record, partition);
    if (placed.size > topic.mostBytes) {
      throw new RecordTooLargeError(
        `A record of ${placed.size} bytes is over the ${topic.mostBytes} that topic ${record.topic} takes.`,
      );
    }
    return placed;
  }

  private async load(topics: readonly string[]): Promise<void> {
    const rows = await this.database.rows<{
      topic: string;
      partitions: number;
      config: Record<string, string>;
    }>(sql`select topic, partitions, config from log.topic where topic = any(${topics})`);
    for (const { topic, partitions, config } of rows) {
      this.topics.set(topic, { partitions, mostBytes: mostRecordBytes(config) });
    }
  }
}
