import type { Metrics } from '@/infrastructure/observability/metrics';
import { type Logger, loggerOf } from '@/infrastructure/observability/logger';
import { OutboxRelay } from '@/infrastructure/outbox/outbox-relay';
import { outboxMigrations } from '@/infrastructure/outbox/outbox.migrations';
import { LogDoor } from '@/infrastructure/outbox/log-door';
import type { AppendObserver } from '@/infrastructure/outbox/relay-door';
import { TransactionalDoor } from '@/infrastructure/outbox/transactional-door';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { translateDatabaseError } from '@/infrastructure/postgres/database.errors';
import { migrate } from '@/infrastructure/postgres/migrate';
import { accountingTasks } from './accounting/accounting-tasks';
import { bulkMigrations } from './dead-letters/bulk/bulk.migrations';
import { deliveryMigrations } from './delivery/delivery.migrations';
import { laneMigrations } from './delivery/lanes.migrations';
import { PostgresDeliveryStore } from './delivery/postgres/postgres-delivery-store';
import { InboxKeeper } from './inbox/inbox-keeper';
import { inboxMigrations } from './inbox/inbox.migrations';
import type { KafkaSettings } from './kafka.options';
import type { KafkaRuntime, StatefulParts } from './kafka-runtime';
import { replayMigrations } from './replay/replay.migrations';
import { replaysOf } from './replay/replays-of';
import { EmbeddedTransport } from './transport/embedded/embedded-transport';
import type { EventTransport } from './transport/transport.port';

const DEFAULT_CONNECTIONS = 8;

/** The schema brought up to date, its pool, and the way from its outbox to the log. */
export async function openStatefulParts(
  settings: KafkaSettings,
  transport: EventTransport,
  metrics: Metrics,
): Promise<StatefulParts> {
  const { database: wanted } = settings;
  if (!wanted) throw new Error('openStatefulParts needs database settings.');
  const { schema } = wanted;
  const logger = loggerOf(`service.${schema}`);
  try {
    await migrate(wanted.url, schema, {
      ...outboxMigrations,
      ...deliveryMigrations,
      ...inboxMigrations,
      ...laneMigrations,
      ...bulkMigrations,
      ...replayMigrations,
      ...wanted.migrations,
    });
  } catch (error) {
    throw translateDatabaseError(error);
  }
  const database = new Database({
    url: wanted.url,
    schema,
    maxConnections: wanted.maxConnections ?? DEFAULT_CONNECTIONS,
    applicationName: schema,
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
  });
  const unitOfWork = new UnitOfWork(database);
  const observe: AppendObserver = (records, ms, ok) => metrics.recordAppend(records, ms, ok);
  const door =
    transport instanceof EmbeddedTransport
      ? new TransactionalDoor(transport, observe)
      : new LogDoor(transport, observe);
  const relay = new OutboxRelay({
    database,
    url: wanted.url,
    door,
    unitOfWork,
    logger,
    onRepeated: (rows) => metrics.outboxRepeats.inc({ service: schema }, rows),
  });
  const topicIds = (topics: readonly string[]) => transport.admin.topicIds(topics);
  const store = new PostgresDeliveryStore(database, unitOfWork, topicIds, logger);
  return {
    database,
    unitOfWork,
    relay,
    store,
    tasksOf: (runtime) => [
      inboxKeeperOf(runtime, database, logger),
      replaysOf(runtime),
      ...accountingTasks(runtime, metrics),
    ],
  };
}

function inboxKeeperOf(runtime: KafkaRuntime, database: Database, logger: Logger): InboxKeeper {
  const keeper = new InboxKeeper({ database, horizon: runtime.inboxHorizon, logger });
  runtime.consumer.onRegistered(() => keeper.topicsChanged());
  return keeper;
}
