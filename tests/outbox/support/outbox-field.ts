import { randomUUID } from 'node:crypto';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import { outboxMigrations, RELAY_SHARDS } from '@/infrastructure/outbox/outbox.migrations';
import { pendingRows } from '@/infrastructure/outbox/outbox-rows';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { migrate } from '@/infrastructure/postgres/migrate';
import { sql } from '@/infrastructure/postgres/sql';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import { type LogPlace, openLog } from './open-log';
import { RelayProcess } from './relay-process';

const PARTITIONS = 3;
const READ_AT_ONCE = 5_000;

export interface OutboxUnderTest {
  readonly name: string;
  readonly engine: 'embedded' | 'kafka';
  /** The append is no part of the transaction that deletes the row. */
  readonly apart: boolean;
  /** True where the run has no such engine; the spec is skipped and counted. */
  readonly missing: boolean;
}

export const outboxesUnderTest: readonly OutboxUnderTest[] = [
  { name: 'embedded', engine: 'embedded', apart: false, missing: false },
  { name: 'embedded, append apart', engine: 'embedded', apart: true, missing: false },
  { name: 'Kafka', engine: 'kafka', apart: true, missing: testKafka() === null },
];

/** One service's outbox, a topic on one engine, and relays in processes of their own. */
export class OutboxField {
  readonly topic = unique('outbox');
  private readonly relays: RelayProcess[] = [];

  private constructor(
    private readonly own: TestDatabase,
    private readonly log: LogPlace,
    readonly transport: EventTransport,
    readonly database: Database,
    readonly unitOfWork: UnitOfWork,
  ) {}

  static async on({ engine, apart }: OutboxUnderTest): Promise<OutboxField> {
    const own = await testDatabase();
    const kafka = testKafka();
    const log = engine === 'kafka' && kafka ? { brokers: kafka.brokers } : { logUrl: own.url, apart };
    await migrate(own.url, 'shop', {
      ...outboxMigrations,
      'spec-0001': 'create table counters (key text primary key, value int not null default 0)',
    });
    const database = new Database({
      url: own.url,
      schema: 'shop',
      maxConnections: 8,
      applicationName: 'spec',
    });
    const transport = await openLog(log);
    const field = new OutboxField(own, log, transport, database, new UnitOfWork(database));
    await transport.admin.createTopics([
      {
        topic: field.topic,
        partitions: PARTITIONS,
        replicationFactor: engine === 'kafka' ? 3 : 1,
        config: {},
      },
    ]);
    return field;
  }

  async startRelay(name: string, leaseMs: number): Promise<RelayProcess> {
    const { own, log } = this;
    const relay = await RelayProcess.start({ name, databaseUrl: own.url, log, leaseMs });
    this.relays.push(relay);
    return relay;
  }

  /** The next number of the aggregate, drawn in the transaction; resolves after the commit. */
  publishNext(key: string, before: () => Promise<void> = async () => undefined): Promise<void> {
    return this.unitOfWork.run(async (session) => {
      await session.run(sql`select`);
      await before();
      const row = await session.row<{ value: number }>(sql`
        insert into counters as c (key, value) values (${key}, 1)
        on conflict (key) do update set value = c.value + 1 returning value`);
      const record = {
        topic: this.topic,
        key: Buffer.from(key),
        value: Buffer.from(String(row?.value)),
        headers: [],
      };
      this.unitOfWork.append(record, { eventId: randomUUID(), eventType: 'counted' });
    });
  }

  /** So many rows at once, as if their transactions had committed while no relay ran. */
  async fill(rows: number, valueBytes: number): Promise<void> {
    await this.database.run(sql`
      insert into outbox (id, aggregatetype, aggregateid, type, payload, key, headers, shard)
      select gen_random_uuid(), ${this.topic}, 'k' || n % 1000, 'filled', convert_to(repeat('v', ${valueBytes}), 'UTF8'),
        convert_to('k' || n % 1000, 'UTF8'), '[["ce_type", "filled"]]', n % ${RELAY_SHARDS}
      from generate_series(1, ${rows}::int) as n`);
  }

  async inTopic(): Promise<number> {
    const offsets = await this.transport.admin.offsets([this.topic]);
    return offsets.reduce((sum, { start, end }) => sum + Number(end - start), 0);
  }

  waiting(): Promise<number> {
    return pendingRows(this.database);
  }

  /** What each aggregate was told, in the order of the topic. */
  async numbers(): Promise<Record<string, number[]>> {
    const told: Record<string, number[]> = {};
    for (const { partition, start, end } of await this.transport.admin.offsets([this.topic])) {
      for (let offset = start; offset < end; ) {
        const from = { topic: this.topic, partition, offset };
        const batch = await this.transport.read({ from, limit: READ_AT_ONCE, maxBytes: 8_000_000 });
        for (const { key, value } of batch.records)
          (told[String(key)] ??= []).push(Number(value?.toString()));
        offset = batch.nextOffset;
      }
    }
    return told;
  }

  async end(): Promise<void> {
    await Promise.all(this.relays.map((relay) => relay.end()));
    await this.transport.admin.deleteTopics([this.topic]);
    await this.transport.close();
    await this.database.close();
    await this.own.drop();
  }
}
