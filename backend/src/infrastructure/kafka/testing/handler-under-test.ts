import type { EventDefinition, EventEnvelope } from '@shop/contracts';
import type { EventHandler, HandlerOptions } from '@/infrastructure/kafka/consumer/handler';
import type { KafkaModuleOptions } from '@/infrastructure/kafka/kafka.options';
import type { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Migrations } from '@/infrastructure/postgres/migrate';
import type { SqlSession } from '@/infrastructure/postgres/sql';
import type { Scenario } from './delivery-report';

export interface HandlerParts {
  readonly unitOfWork: UnitOfWork;
  readonly publisher: EventPublisherService;
}

export interface HandlerUnderTest<Event, Data> {
  /** A built-in type, or one made by `defineEvent`. */
  readonly event: Event;
  /** The events' data, in the order they happen. At least one; two of the same key show the most. */
  readonly data: readonly [Data, ...Data[]];
  /** As in the application: `effects` says what is checked. `name`, `retry` and `onDead` are the harness's own. */
  readonly options?: Omit<HandlerOptions, 'name'>;
  /** A PostgreSQL server by the URL of one of its databases, whose user may create databases: one a scenario, dropped after. */
  readonly databaseUrl: string;
  /** The tables the handler needs. */
  readonly migrations?: Migrations;
  /** What the effects are, as plain values in a fixed order; compared with those of `once`. Needed by `transaction`. */
  readonly effects?: (session: SqlSession) => Promise<unknown>;
  /** The effects are the same in whatever order the events come; then `out of order` is compared too. */
  readonly inAnyOrder?: boolean;
  /** Further events and topics, where the handler publishes. */
  readonly module?: Pick<KafkaModuleOptions, 'events' | 'topics' | 'builtInTopics'>;
  /** Default: all of them. `once` is always run. */
  readonly scenarios?: readonly Scenario[];
  /** For each scenario; default 20,000 ms. */
  readonly withinMs?: number;
}

type AnyEvent = EventEnvelope<string, unknown>;

/** What the scenarios work with, whatever the types of the event. */
export interface AnyHandlerUnderTest extends HandlerUnderTest<string | EventDefinition, unknown> {
  readonly handler: (parts: HandlerParts) => EventHandler<AnyEvent>;
  readonly topic: string;
}
