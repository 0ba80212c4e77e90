import type { EventEnvelope, ServiceName, ShopEvent } from '@shop/contracts';
import { EventFactory } from '@/infrastructure/kafka/publisher/event-factory';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { OutboxSink } from '@/infrastructure/kafka/publisher/outbox-sink';
import { ContractSchemaSource } from '@/infrastructure/kafka/schema/contract-schema-source';
import { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import { EventRegistry } from '@/infrastructure/kafka/schema/event-registry';
import { Metrics } from '@/infrastructure/observability/metrics';
import { outboxMigrations } from '@/infrastructure/outbox/outbox.migrations';
import { oldestRows } from '@/infrastructure/outbox/outbox-rows';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { type Migrations, migrate } from '@/infrastructure/postgres/migrate';
import { RELAY_SHARDS } from '@/infrastructure/outbox/outbox.migrations';
import { testDatabase } from './test-database';

/** One service's tables, unit of work and publisher on a database of its own; its outbox is not relayed. */
export interface ServiceState {
  readonly url: string;
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly publisher: EventPublisherService;
  /** What stands in the outbox, as a consumer would read it, oldest first. */
  published(): Promise<readonly EventEnvelope<string, unknown>[]>;
  /** The data of the events of one type. */
  publishedOf<Type extends ShopEvent['eventType']>(type: Type): Promise<readonly ShopEvent<Type>['data'][]>;
  close(): Promise<void>;
}

const ALL_SHARDS = Array.from({ length: RELAY_SHARDS }, (_, shard) => shard);

export async function serviceState(service: ServiceName, migrations: Migrations): Promise<ServiceState> {
  const own = await testDatabase();
  await migrate(own.url, service, { ...outboxMigrations, ...migrations });
  const database = new Database({
    url: own.url,
    schema: service,
    maxConnections: 8,
    applicationName: 'spec',
  });
  const unitOfWork = new UnitOfWork(database);
  const registry = new EventRegistry([]);
  const codec = new EventCodec({ registry, schemas: new ContractSchemaSource(registry) });
  const factory = new EventFactory(registry, `/${service}`);
  const publisher = new EventPublisherService(new OutboxSink(factory, codec, unitOfWork, new Metrics()));
  const published = async () => {
    const rows = await oldestRows(database, ALL_SHARDS, 1_000);
    return Promise.all(
      rows.map(async ({ record }) => {
        const place = { topic: record.topic, partition: 0, offset: 0n, timestamp: 0 };
        return (await codec.decode({ ...record, ...place })).event;
      }),
    );
  };
  return {
    url: own.url,
    database,
    unitOfWork,
    publisher,
    published,
    publishedOf: async <Type extends ShopEvent['eventType']>(type: Type) =>
      (await published()).flatMap((event) =>
        event.eventType === type ? [event.data as ShopEvent<Type>['data']] : [],
      ),
    close: async () => {
      await database.close();
      await own.drop();
    },
  };
}
