import { hostname } from 'node:os';
import { loggerOf } from '@/infrastructure/observability/logger';
import type { OutboxRelay } from '@/infrastructure/outbox/outbox-relay';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import { databaseTime } from '@/infrastructure/postgres/database-time';
import { EventConsumerService } from './consumer/event-consumer.service';
import type { HandlerRegistration } from './consumer/handler';
import { GroupSet } from './delivery/group-set';
import type { KafkaConnections } from './kafka-connections';
import type { KafkaSettings } from './kafka.options';
import type { openStatefulParts as open } from './open-stateful-parts';
import type { GroupConsumer } from './delivery/group-consumer';
import { OutcomeObserver } from './delivery/outcome-observer';
import { CommittedDeliveryStore } from './delivery/committed-delivery-store';
import type { DeliveryStore } from './delivery/delivery-store.port';
import { InboxHorizon } from './inbox/inbox-horizon';
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
  readonly store: DeliveryStore;
  /** Work that goes on beside the events; started and stopped with them. */
  readonly tasksOf: (runtime: KafkaRuntime) => readonly BackgroundTask[];
}

export interface BackgroundTask {
  start(): void;
  stop(): Promise<void>;
}

/** Everything one `KafkaModule` runs, put together from its settings. Nest only starts and stops it. */
export class KafkaRuntime {
  readonly publisher: EventPublisherService;
  readonly consumer: EventConsumerService;
  /** What became of events, for tests and whoever wants to watch. */
  readonly outcomes = new OutcomeObserver();
  /** How long the inbox remembers; without one there is nothing to forget. */
  readonly inboxHorizon: InboxHorizon;
  private readonly groups: GroupSet;
  private readonly tasks: readonly BackgroundTask[];

  private constructor(
    readonly settings: KafkaSettings,
    readonly transport: EventTransport,
    readonly registry: EventRegistry,
    readonly codec: EventCodec,
    connections: KafkaConnections,
    readonly stateful: StatefulParts | undefined,
  ) {
    const { metrics, breakers } = connections;
    const factory = new EventFactory(registry, sourceOf(settings));
    this.publisher = new EventPublisherService(
      stateful
        ? new OutboxSink(factory, codec, stateful.unitOfWork, metrics)
        : new LogSink(factory, codec, transport, metrics),
    );
    this.consumer = new EventConsumerService({ retry: settings.retry, onDead: settings.onDead });
    this.inboxHorizon = new InboxHorizon({
      leastMs: settings.delivery.inboxHorizonMs,
      admin: transport.admin,
      topics: () => this.groups.topics(),
      clock: async () => (stateful ? databaseTime(stateful.database) : Date.now()),
    });
    this.groups = new GroupSet({
      settings,
      transport,
      codec,
      metrics,
      breakers,
      store: stateful?.store ?? new CommittedDeliveryStore(transport),
      observer: this.outcomes,
      logger: loggerOf('kafka'),
      horizon: this.inboxHorizon,
      handlers: () => this.consumer.handlers(),
      topicOf: (eventType) => registry.definitionOf(eventType).topic,
    });
    this.consumer.onRegistered(() => this.groups.refresh());
    this.tasks = stateful?.tasksOf(this) ?? [];
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
    this.groups.start();
    for (const task of this.tasks) task.start();
  }

  /** The consumer groups this process has a part in: its own, and one for each independent handler. */
  get groupConsumers(): readonly GroupConsumer[] {
    return this.groups.all();
  }

  /** Every topic that has a handler is subscribed. */
  get ready(): boolean {
    return this.groups.ready;
  }

  /** Ends the runs under way, saves progress, relays what was committed. */
  async stop(): Promise<void> {
    await this.groups.stop();
    await Promise.all(this.tasks.map((task) => task.stop()));
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

  /** The group that a handler's events are delivered in. */
  groupOf(handler: HandlerRegistration): string {
    return this.groups.groupOf(handler);
  }
}

/** CloudEvents `source`: who published, not which process. */
const sourceOf = (settings: KafkaSettings) => `/${settings.service ?? hostname()}`;

/** Loaded only with a database: an application without one needs no PostgreSQL client. */
async function openStatefulParts(...parts: Parameters<typeof open>): Promise<StatefulParts> {
  const module = await import('./open-stateful-parts');
  return module.openStatefulParts(...parts);
}
