import { randomUUID } from 'node:crypto';
import type {
  AccountedLog,
  AccountSource,
  ExpectedAccount,
} from '@/infrastructure/kafka/accounting/account-source';
import { deliveryMigrations } from '@/infrastructure/kafka/delivery/delivery.migrations';
import { laneMigrations } from '@/infrastructure/kafka/delivery/lanes.migrations';
import type { LogRecord, PartitionOffsets } from '@/infrastructure/kafka/transport/transport.port';
import { UndecodableError } from '@/infrastructure/kafka/schema/schema.errors';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { testDatabase } from './test-database';

export const GROUP = 'shop.order';
export const TOPIC = 'order-events';
const TOPIC_ID = 'topic-1';

interface Place {
  readonly handler?: string;
  readonly partition?: number;
  readonly topicId?: string;
}

/** The tables of deliveries with rows as a spec wants them, beside a log of which only the bounds are said. */
export async function accountFixture() {
  const own = await testDatabase();
  await migrate(own.url, 'shop', { ...deliveryMigrations, ...laneMigrations });
  const database = new Database({
    url: own.url,
    schema: 'shop',
    maxConnections: 4,
    applicationName: 'spec',
  });
  const log = {
    start: 0n,
    end: 0n,
    partitions: 1,
    topicId: TOPIC_ID,
    records: [] as LogRecord[],
    /** Awaited by each read. */
    beforeRead: async (): Promise<void> => undefined,
  };
  const expected: ExpectedAccount[] = [];

  return {
    database,
    url: own.url,
    log,
    expected,
    source: sourceOf(database, log, expected),

    expect(handler: string, eventTypes: readonly string[] = [], from: 'beginning' | 'now' = 'beginning') {
      expected.push({ topic: TOPIC, group: GROUP, handler, eventTypes, from });
    },

    /** `outcomes`: a code an offset. */
    async segment(from: number, outcomes: readonly number[], place: Place & { to?: number } = {}) {
      await database.run(sql`
        insert into segments (group_id, handler, topic, topic_id, partition, from_offset, to_offset, codes, runs)
        values (${GROUP}, ${place.handler ?? 'ship'}, ${TOPIC}, ${place.topicId ?? TOPIC_ID},
          ${place.partition ?? 0}, ${from}, ${place.to ?? from + outcomes.length}, ${outcomes}::smallint[],
          ${outcomes.map(() => 1)}::bigint[])`);
    },

    async inbox(offset: number, place: Place & { identity?: string } = {}) {
      await database.run(sql`
        insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
        values (${GROUP}, ${place.handler ?? 'ship'}, ${place.identity ?? `/spec ${randomUUID()}`}, now(), ${TOPIC},
          ${place.topicId ?? TOPIC_ID}, ${place.partition ?? 0}, ${offset})`);
    },

    async repeat(offset: number, handler = 'ship') {
      await database.run(sql`
        insert into repeats values (${GROUP}, ${handler}, ${TOPIC}, ${TOPIC_ID}, 0, ${offset}, '/spec e')`);
    },

    async parked(
      offset: number,
      row: Place & { state?: string; pending?: readonly string[]; failed?: string; identity?: string } = {},
    ) {
      await database.run(sql`
        insert into parked (group_id, topic, topic_id, partition, "offset", lane, headers, recorded_at,
          event_identity, event_type, pending, handler, state)
        values (${GROUP}, ${TOPIC}, ${TOPIC_ID}, ${row.partition ?? 0}, ${offset}, 'k', '[]', now(),
          ${row.identity ?? `/spec ${offset}`}, 'order.created', ${row.pending ?? [row.handler ?? 'ship']}::text[],
          ${row.failed ?? null}, ${row.state ?? 'waiting'})`);
    },

    async letter(
      offset: number,
      status: string,
      row: Place & { eventType?: string; identity?: string } = {},
    ) {
      await database.run(sql`
        insert into dead_letters (id, group_id, handler, topic, topic_id, partition, "offset", headers, recorded_at,
          attempts, cause_code, cause_message, status, event_type, event_identity)
        values (${randomUUID()}, ${GROUP}, ${row.handler ?? 'ship'}, ${TOPIC}, ${row.topicId ?? TOPIC_ID},
          ${row.partition ?? 0}, ${offset}, '[]', now(), 1, 'UNDECODABLE', 'is no event', ${status},
          ${row.eventType ?? 'order.created'}, ${row.identity ?? `/spec ${offset}`})`);
    },

    async empty() {
      await database.run(sql`truncate segments, inbox, parked, dead_letters, repeats`);
      Object.assign(log, {
        start: 0n,
        end: 0n,
        partitions: 1,
        topicId: TOPIC_ID,
        records: [],
        beforeRead: async () => undefined,
      });
      expected.length = 0;
    },

    async close() {
      await database.close();
      await own.drop();
    },
  };
}

export type AccountFixture = Awaited<ReturnType<typeof accountFixture>>;

interface SpokenLog {
  readonly start: bigint;
  readonly end: bigint;
  readonly partitions: number;
  readonly topicId: string;
  readonly records: readonly LogRecord[];
  readonly beforeRead: () => Promise<void>;
}

function sourceOf(database: Database, log: SpokenLog, expected: readonly ExpectedAccount[]): AccountSource {
  const admin: AccountedLog['admin'] = {
    topicNames: async () => [TOPIC],
    topicIds: async (topics) => new Map(topics.map((topic) => [topic, log.topicId])),
    offsets: async (topics) =>
      topics.flatMap((topic) =>
        Array.from(
          { length: log.partitions },
          (_, partition): PartitionOffsets => ({ topic, partition, start: log.start, end: log.end }),
        ),
      ),
    describeTopics: async (topics) =>
      topics.map((topic) => ({
        topic,
        partitions: log.partitions,
        replicationFactor: 1,
        config: { 'retention.ms': '3600000', 'cleanup.policy': 'delete' },
        partitionDetails: [],
      })),
  };
  const read: AccountedLog['read'] = async ({ from, limit }) => {
    const { topic, partition, offset } = from;
    await log.beforeRead();
    const records = log.records
      .filter((record) => record.partition === partition && record.offset >= offset)
      .slice(0, limit);
    const last = records.at(-1);
    const nextOffset = records.length < limit || !last ? log.end : last.offset + 1n;
    return { topic, partition, records, nextOffset, endOffset: log.end };
  };
  return {
    database,
    log: { admin, read },
    expected: () => expected,
    decode: async () => {
      throw new UndecodableError('No record of the fixture needs a schema.');
    },
  };
}
