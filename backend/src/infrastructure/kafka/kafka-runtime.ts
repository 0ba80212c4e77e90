import { hostname } from 'node:os';
import { loggerOf } from '@/infrastructure/observability/logger';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { OutboxRelay } from '@/infrastructure/outbox/outbox-relay';
import type { Database } from '@/infrastructure/postgres/database';
import { EventConsumerService } from './consumer/event-consumer.service';
import type { HandlerRegistration } from './consumer/handler';
import { CommittedDeliveryStore } from './delivery/committed-delivery-store';
import type { DeliveryStore } from './delivery/delivery-store.port';
import { GroupConsumer } from './delivery/group-consumer';
import { PostgresDeliveryStore } from './delivery/postgres-delivery-store';
import { RecordProcessor } from './delivery/record-processor';
import { Subscription } from './delivery/subscription';
import type { KafkaConnections } from './kafka-connections';
import type { KafkaSettings } from './kafka.options';
import type { openStatefulParts as open } from './open-stateful-parts';
import { EventFactory } from './publisher/event-factory';
import { EventPublisherService } from './publisher/event-publisher.service';
import { LogSink } from './publisher/log-sink';
import { OutboxSink } from './publisher/outbox-sink';
import { EventCodec } from './schema/event-codec';
import { EventRegistry } from './schema/event-registry';
import { openSchemaSource } from './schema/open-schema-source';
import type { EventTransport } from './transport/transport.port';

export interface StatefulParts {
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly relay: OutboxRelay;
}

/** Everything one `KafkaModule` runs, put together from its settings. Nest only starts and stops it. */
export class KafkaRuntime {
  readonly publisher: EventPublisherService;
  readonly consumer = new EventConsumerService();
  readonly groupConsumer: GroupConsumer;
  private readonly subscription: Subscription;
  private readonly logger = loggerOf('kafka');

  private constructor(
    readonly settings: KafkaSettings,
    readonly transport: EventTransport,
    readonly registry: EventRegistry,
    codec: EventCodec,
    connections: KafkaConnections,
    readonly stateful: StatefulParts | undefined,
  ) {
    const { metrics } = connections;
    const factory = new EventFactory(registry, sourceOf(settings));
    this.publisher = new EventPublisherService(
      stateful
        ? new OutboxSink(factory, codec, stateful.unitOfWork, metrics)
        : new LogSink(factory, codec, transport, metrics),
    );
    const store: DeliveryStore = stateful
      ? new PostgresDeliveryStore(stateful.database, stateful.unitOfWork, (topics) =>
          transport.admin.topicIds(topics),
        )
      : new CommittedDeliveryStore(transport);
    const processor = new RecordProcessor({
      codec,
      store,
      metrics,
      retry: settings.retry,
      logger: this.logger,
      handlersOf: (eventType) => this.handlersOf(eventType),
    });
    this.groupConsumer = new GroupConsumer({
      transport,
      store,
      processor,
      metrics,
      logger: this.logger,
      group: settings.group,
      clientId: settings.clientId,
      sessionTimeoutMs: settings.sessionTimeoutMs,
      maxWaitMs: settings.maxWaitMs,
      handlersOn: (topic) => this.handlersOn(topic),
      ...(settings.instanceId === undefined ? {} : { instanceId: settings.instanceId }),
    });
    this.subscription = new Subscription({
      group: this.groupConsumer,
      logger: this.logger,
      topics: () => this.topicsOfHandlers(),
    });
    this.consumer.onRegistered(() => this.subscription.refresh());
  }

  /** Migrates, connects and makes missing topics. Rejects with a coded error when a part does not answer. */
  static async create(settings: KafkaSettings, connections: KafkaConnections): Promise<KafkaRuntime> {
    const transport = await connections.transport(settings);
    if (settings.topics.length > 0) await transport.admin.createTopics(settings.topics);
    const registry = new EventRegistry(settings.events);
    const schemas = await openSchemaSource(settings, registry);
    const codec = new EventCodec({ registry, schemas, topics: settings.topics });
    const stateful = settings.database
      ? await openStatefulParts(settings, transport, connections.metrics)
      : undefined;
    return new KafkaRuntime(settings, transport, registry, codec, connections, stateful);
  }

  /** Relays and consumes from here on; joining goes on in the background until it succeeds. */
  start(): void {
    this.stateful?.relay.start();
    this.subscription.start();
  }

  /** Every topic that has a handler is subscribed. */
  get ready(): boolean {
    return this.subscription.complete && this.groupConsumer.fatal === undefined;
  }

  /** Ends the runs under way, saves progress, relays what was committed. */
  async stop(): Promise<void> {
    await this.subscription.stop();
    await this.groupConsumer.close();
    await this.stateful?.relay.stop();
  }

  async close(): Promise<void> {
    await this.stateful?.database.close();
  }

  /** Has handlers, so there is a group to join. */
  get consumes(): boolean {
    return this.consumer.handlers().length > 0;
  }

  handlersOf(eventType: string): readonly HandlerRegistration[] {
    return this.consumer.handlers().filter((handler) => handler.eventTypes.includes(eventType));
  }

  private topicsOfHandlers(): readonly string[] {
    const types = this.consumer.handlers().flatMap((handler) => handler.eventTypes);
    return [...new Set(types.map((type) => this.registry.definitionOf(type).topic))];
  }

  private handlersOn(topic: string): readonly HandlerRegistration[] {
    const onTopic = (eventType: string) => this.registry.definitionOf(eventType).topic === topic;
    return this.consumer.handlers().filter((handler) => handler.eventTypes.some(onTopic));
  }
}

/** CloudEvents `source`: who published, not which process. */
const sourceOf = (settings: KafkaSettings) => `/${settings.service ?? hostname()}`;

/** Loaded only with a database: an application without one needs no PostgreSQL client. */
async function openStatefulParts(...parts: Parameters<typeof open>): Promise<StatefulParts> {
  const module = await import('./open-stateful-parts');
  return module.openStatefulParts(...parts);
}
