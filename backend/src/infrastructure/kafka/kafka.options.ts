import type { EventDefinition, TopicName } from '@shop/contracts';
import type { z } from 'zod';
import type { Environment } from '@/infrastructure/config/env';
import type { DeliveryOptions, deliveryOptions, RetryInput } from './delivery/delivery.options';
import type { Engine, TopicSettings } from '@/infrastructure/kafka/transport/transport.port';
import type { Migrations } from '@/infrastructure/postgres/migrate';

/** A topic of the application's own, in the words of Kafka's admin clients. */
export interface TopicConfig {
  /** Its name. */
  readonly topic: string;
  /** Default `KAFKA_DEFAULT_PARTITIONS`. */
  readonly numPartitions?: number;
  /** Default `KAFKA_DEFAULT_REPLICATION`. */
  readonly replicationFactor?: number;
  /** Kafka's topic configuration; `retention.ms` defaults to `KAFKA_DEFAULT_RETENTION`. */
  readonly configEntries?: readonly { readonly name: string; readonly value: string | number }[];
}

export interface DatabaseSettings {
  /** `postgres://…`; its user may create schemas. */
  readonly url: string;
  /** PostgreSQL schema of this application's tables. Default: the service's name, with `_` for other characters. */
  readonly schema?: string;
  /** Connections of this service's pool; default 8. */
  readonly maxConnections?: number;
  /** The schema's own tables, applied together with outbox, inbox and progress. */
  readonly migrations?: Migrations;
}

export interface KafkaModuleOptions {
  /** Name of this application: its group is `${KAFKA_CONSUMER_GROUP_ID}.<service>`. Default `SERVICE_NAME`. */
  readonly service?: string;
  /** The group as it stands, for one application alone in it. */
  readonly group?: string;
  /** `host:port` of some brokers; the others are learned from them. Default `KAFKA_BROKERS`. */
  readonly brokers?: readonly string[];
  /** Stable name of this process; a restart within the session time-out keeps its partitions. */
  readonly instanceId?: string;
  /** Where the events are: `kafka` (default), or `embedded` for a log in PostgreSQL itself, at `logUrl`. */
  readonly engine?: Engine;
  /**
   * Kafka's group protocol. `classic` (default): the session time-out is each member's own. `consumer` (KIP-848): the
   * brokers assign, and the session time-out is set on the group.
   */
  readonly groupProtocol?: 'classic' | 'consumer';
  /** A registry that speaks Confluent's interface. Default `SCHEMA_REGISTRY_URL`. */
  readonly schemaRegistryUrl?: string;
  /** Event types beside the built-in ones, made by `defineEvent`. */
  readonly events?: readonly EventDefinition[];
  /** Topics made at start-up where they are missing, each with its `.dlq`. */
  readonly topics?: readonly TopicConfig[];
  /** Built-in topics to make at start-up where they are missing. */
  readonly builtInTopics?: readonly TopicName[];
  /** With it: outbox, inbox, own progress. Without: direct publishing, commits of the log as progress. */
  readonly database?: DatabaseSettings;
  /** The PostgreSQL that holds the embedded log. Default: that of `database`. */
  readonly logUrl?: string;
  /** For all handlers of the module; a handler's own `retry` comes first. */
  readonly retry?: RetryInput;
  /** For all handlers of the module, where one does not say so itself; default `flow`. */
  readonly onDead?: 'wait' | 'flow';
  /** How this process delivers: concurrency, read-ahead, limits of parking. */
  readonly delivery?: z.input<typeof deliveryOptions>;
  /** Default `process.env`. */
  readonly environment?: Environment;
}

export interface SaslSettings {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

export interface KafkaSettings {
  readonly engine: Engine;
  readonly service: string | undefined;
  readonly group: string;
  /** The group is the common one, because the application has no name of its own. */
  readonly groupIsShared: boolean;
  readonly clientId: string;
  readonly instanceId: string | undefined;
  readonly brokers: readonly string[];
  readonly producer: {
    readonly idempotent: boolean;
    readonly maxInFlight: number;
    readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  };
  readonly groupProtocol: 'classic' | 'consumer';
  readonly sessionTimeoutMs: number;
  readonly maxWaitMs: number;
  readonly schemaRegistryUrl: string;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly sasl: SaslSettings | undefined;
  readonly events: readonly EventDefinition[];
  readonly topics: readonly TopicSettings[];
  readonly database: (DatabaseSettings & { readonly schema: string }) | undefined;
  readonly logUrl: string | undefined;
  readonly retry: RetryInput;
  readonly onDead: 'wait' | 'flow';
  readonly delivery: DeliveryOptions;
}
