import { dlqOf, dlqSettings, topics as builtInTopics } from '@shop/contracts';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import type { TopicSettings } from '@/infrastructure/kafka/transport/transport.port';
import { brokersOf, type KafkaEnvironment, readKafkaEnvironment } from './kafka.environment';
import { deliveryOptions } from './delivery/delivery.options';
import { optionFaults } from './kafka.options.faults';
import type { DatabaseSettings, KafkaModuleOptions, KafkaSettings, TopicConfig } from './kafka.options';

/** Options over environment over defaults. Throws `ConfigurationError` with every fault. */
export function resolveKafkaSettings(options: KafkaModuleOptions): KafkaSettings {
  const environment = checked(options);
  const engine = options.engine ?? 'kafka';
  const service = options.service ?? environment.SERVICE_NAME;
  const groupBase = environment.KAFKA_CONSUMER_GROUP_ID;
  return {
    engine,
    service,
    group: options.group ?? (service === undefined ? groupBase : `${groupBase}.${service}`),
    groupIsShared: options.group === undefined && service === undefined,
    clientId: service ?? groupBase,
    instanceId: options.instanceId,
    brokers: options.brokers ?? brokersOf(environment),
    producer: {
      idempotent: environment.KAFKA_PRODUCER_IDEMPOTENT,
      maxInFlight: environment.KAFKA_PRODUCER_MAX_IN_FLIGHT,
      compression: environment.KAFKA_PRODUCER_COMPRESSION,
    },
    groupProtocol: options.groupProtocol ?? 'classic',
    sessionTimeoutMs: environment.KAFKA_CONSUMER_SESSION_TIMEOUT,
    maxWaitMs: environment.KAFKA_CONSUMER_MAX_WAIT_TIME,
    schemaRegistryUrl:
      options.schemaRegistryUrl ?? environment.SCHEMA_REGISTRY_URL ?? 'http://localhost:8081',
    tls: tlsOf(environment),
    sasl: saslOf(environment),
    events: options.events ?? [],
    topics: [...builtIn(options), ...(options.topics ?? []).flatMap((topic) => ownTopic(topic, environment))],
    database: options.database && { ...options.database, schema: schemaOf(options.database, service) },
    logUrl: options.logUrl ?? options.database?.url,
    retry: options.retry ?? {},
    onDead: options.onDead ?? 'flow',
    delivery: deliveryOptions.parse(options.delivery ?? {}),
  };
}

/** The environment, once it and the options are without fault. */
function checked(options: KafkaModuleOptions): KafkaEnvironment {
  const faults = optionFaults(options);
  let environment: KafkaEnvironment | undefined;
  try {
    environment = readKafkaEnvironment(options.environment ?? process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    faults.push(...error.faults);
  }
  if (!environment || faults.length > 0) throw new ConfigurationError(faults);
  return environment;
}

function schemaOf({ schema }: DatabaseSettings, service = 'events'): string {
  if (schema !== undefined) return schema;
  const plain = service.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  return /^\d/.test(plain) ? `_${plain}` : plain;
}

function builtIn(options: KafkaModuleOptions): TopicSettings[] {
  return (options.builtInTopics ?? []).flatMap((name) => {
    const { topic, partitions, replicationFactor, config } = builtInTopics[name];
    return [{ topic, partitions, replicationFactor, config }, dlqSettings(name)];
  });
}

const DEAD_LETTER_RETENTION_MS = 30 * 86_400_000;
const KAFKA_MAX_MESSAGE_BYTES = 1_048_588;
// A record of the largest size still fits together with the headers that say why it is dead.
const DEAD_LETTER_HEADROOM_BYTES = 65_536;

function ownTopic(wanted: TopicConfig, environment: KafkaEnvironment): TopicSettings[] {
  const entries = (wanted.configEntries ?? []).map(({ name, value }) => [name, String(value)] as const);
  const retention = String(environment.KAFKA_DEFAULT_RETENTION);
  const config: Record<string, string> = { 'retention.ms': retention, ...Object.fromEntries(entries) };
  const largest = Number(config['max.message.bytes'] ?? KAFKA_MAX_MESSAGE_BYTES);
  const topic = {
    topic: wanted.topic,
    partitions: wanted.numPartitions ?? environment.KAFKA_DEFAULT_PARTITIONS,
    replicationFactor: wanted.replicationFactor ?? environment.KAFKA_DEFAULT_REPLICATION,
    config,
  };
  const deadLetters = {
    ...topic,
    topic: dlqOf(topic.topic),
    config: {
      'retention.ms': String(DEAD_LETTER_RETENTION_MS),
      'max.message.bytes': String(largest + DEAD_LETTER_HEADROOM_BYTES),
    },
  };
  return [topic, deadLetters];
}

function tlsOf(environment: KafkaEnvironment): KafkaSettings['tls'] {
  if (!environment.KAFKA_SSL_ENABLED) return undefined;
  const { KAFKA_SSL_CA_FILE: ca, KAFKA_SSL_CERT_FILE: cert, KAFKA_SSL_KEY_FILE: key } = environment;
  return { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
}

function saslOf(environment: KafkaEnvironment): KafkaSettings['sasl'] {
  if (!environment.KAFKA_SASL_ENABLED) return undefined;
  return {
    mechanism: environment.KAFKA_SASL_MECHANISM,
    username: environment.KAFKA_SASL_USERNAME ?? '',
    password: environment.KAFKA_SASL_PASSWORD ?? '',
  };
}
