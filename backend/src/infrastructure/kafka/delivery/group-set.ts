import type { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import type { InboxHorizon } from '@/infrastructure/kafka/inbox/inbox-horizon';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { KafkaSettings } from '@/infrastructure/kafka/kafka.options';
import type { EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Metrics } from '@/infrastructure/observability/metrics';
import type { DeliveryStore } from './delivery-store.port';
import { GroupConsumer } from './group-consumer';
import type { OutcomeObserver } from './outcome-observer';
import { EventOpener } from './runs/event-opener';
import { TransactionSlots } from './runs/transaction-slots';
import { Subscription } from './subscription';

export interface GroupSetOptions {
  readonly settings: KafkaSettings;
  readonly transport: EventTransport;
  readonly codec: EventCodec;
  readonly metrics: Metrics;
  readonly breakers: Breakers;
  readonly store: DeliveryStore;
  readonly observer: OutcomeObserver;
  readonly logger: Logger;
  readonly horizon: InboxHorizon;
  readonly handlers: () => readonly HandlerRegistration[];
  readonly topicOf: (eventType: string) => string;
}

interface Member {
  readonly consumer: GroupConsumer;
  readonly subscription: Subscription;
}

/** The groups of one application: its own, and one for each handler that is declared independent. */
export class GroupSet {
  private readonly members = new Map<string, Member>();
  private readonly slots: TransactionSlots;
  private readonly opener: EventOpener;
  private started = false;

  constructor(private readonly options: GroupSetOptions) {
    const { settings, codec } = options;
    this.slots = new TransactionSlots(settings.delivery.transactions);
    this.opener = new EventOpener(codec, options.horizon);
    this.member(settings.group);
  }

  /** Topics with a handler now. */
  topics(): readonly string[] {
    const { handlers, topicOf } = this.options;
    return [...new Set(handlers().flatMap(({ eventTypes }) => eventTypes.map(topicOf)))];
  }

  all(): readonly GroupConsumer[] {
    return [...this.members.values()].map(({ consumer }) => consumer);
  }

  get ready(): boolean {
    return [...this.members.values()].every(
      ({ consumer, subscription }) => subscription.complete && consumer.fatal === undefined,
    );
  }

  groupOf({ name, options: { independent } }: HandlerRegistration): string {
    const { group } = this.options.settings;
    return independent ? `${group}.${name}` : group;
  }

  start(): void {
    this.started = true;
    this.refresh();
  }

  /** A handler came; its topic is joined without waiting for anybody. */
  refresh(): void {
    for (const handler of this.options.handlers()) this.member(this.groupOf(handler));
    if (!this.started) return;
    for (const { subscription } of this.members.values()) {
      subscription.start();
      subscription.refresh();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.members.values()].map(async ({ consumer, subscription }) => {
        await subscription.stop();
        await consumer.close();
      }),
    );
  }

  private member(group: string): Member {
    const known = this.members.get(group);
    if (known) return known;
    const { settings, topicOf, ...parts } = this.options;
    const handlers = () => this.options.handlers().filter((handler) => this.groupOf(handler) === group);
    const consumer = new GroupConsumer({
      ...parts,
      group,
      opener: this.opener,
      slots: this.slots,
      limits: settings.delivery,
      clientId: settings.clientId,
      sessionTimeoutMs: settings.sessionTimeoutMs,
      maxWaitMs: settings.maxWaitMs,
      handlersOn: (topic) =>
        handlers().filter(({ eventTypes }) => eventTypes.some((type) => topicOf(type) === topic)),
      ...(settings.instanceId === undefined ? {} : { instanceId: settings.instanceId }),
    });
    const subscription = new Subscription({
      group: consumer,
      logger: this.options.logger,
      topics: () => [...new Set(handlers().flatMap(({ eventTypes }) => eventTypes.map(topicOf)))],
      handlers,
    });
    const member = { consumer, subscription };
    this.members.set(group, member);
    return member;
  }
}
