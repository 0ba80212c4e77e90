import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, flag, integer, oneOf, readEnvironment, text } from '@/infrastructure/config/env';
import { misspeltNames } from '@/infrastructure/config/misspelt-names';
import type { Fault } from '@/infrastructure/errors/coded-error';

const DAY_MS = 86_400_000;

/** Every variable of the Kafka integration: name, default, bounds, unit. The table in docs/configuration.md. */
const schema = z.object({
  KAFKA_BROKERS: text(),
  KAFKA_BROKER_1: text(),
  KAFKA_BROKER_2: text(),
  KAFKA_BROKER_3: text(),
  KAFKA_PRODUCER_IDEMPOTENT: flag(true),
  KAFKA_PRODUCER_MAX_IN_FLIGHT: integer(1, { min: 1, max: 1_000, unit: 'requests under way per broker' }),
  KAFKA_PRODUCER_COMPRESSION: oneOf(['none', 'gzip', 'snappy', 'lz4', 'zstd']).transform(
    (value) => value ?? 'gzip',
  ),
  KAFKA_CONSUMER_GROUP_ID: text().transform((value) => value ?? 'ecommerce-consumers'),
  KAFKA_CONSUMER_SESSION_TIMEOUT: integer(30_000, { min: 1_000, max: 1_800_000, unit: 'ms' }),
  KAFKA_CONSUMER_MAX_WAIT_TIME: integer(5_000, { min: 1, max: 60_000, unit: 'ms' }),
  KAFKA_DEFAULT_PARTITIONS: integer(3, { min: 1, max: 10_000, unit: 'partitions' }),
  KAFKA_DEFAULT_REPLICATION: integer(3, { min: 1, max: 100, unit: 'replicas' }),
  KAFKA_DEFAULT_RETENTION: integer(7 * DAY_MS, {
    min: -1,
    max: Number.MAX_SAFE_INTEGER,
    unit: 'ms, -1 for ever',
  }),
  KAFKA_SSL_ENABLED: flag(false),
  KAFKA_SSL_CA_FILE: text(),
  KAFKA_SSL_CERT_FILE: text(),
  KAFKA_SSL_KEY_FILE: text(),
  KAFKA_SASL_ENABLED: flag(false),
  KAFKA_SASL_MECHANISM: oneOf(['plain', 'scram-sha-256', 'scram-sha-512']).transform(
    (value) => value ?? 'scram-sha-512',
  ),
  KAFKA_SASL_USERNAME: text(),
  KAFKA_SASL_PASSWORD: text(),
  EVENT_TRANSPORT: oneOf(['embedded', 'kafka']),
  SCHEMA_REGISTRY_URL: text(),
  SERVICE_NAME: text(),
});

export type KafkaEnvironment = z.output<typeof schema>;

export const KAFKA_VARIABLES: readonly string[] = Object.keys(schema.shape);

/** Throws `ConfigurationError` with every fault, misspelt `KAFKA_…` names and contradictions included. */
export function readKafkaEnvironment(environment: Environment): KafkaEnvironment {
  const faults: Fault[] = misspeltNames(environment, KAFKA_VARIABLES, 'KAFKA_');
  const read = readEnvironment(schema, environment, faults);
  if (read) faults.push(...contradictions(read));
  if (!read || faults.length > 0) throw new ConfigurationError(faults);
  return read;
}

function contradictions(read: KafkaEnvironment): Fault[] {
  const faults: Fault[] = [];
  if (read.KAFKA_PRODUCER_IDEMPOTENT && read.KAFKA_PRODUCER_MAX_IN_FLIGHT !== 1) {
    faults.push({
      path: 'KAFKA_PRODUCER_MAX_IN_FLIGHT',
      message: 'must be 1 while KAFKA_PRODUCER_IDEMPOTENT is true',
    });
  }
  if (read.KAFKA_SASL_ENABLED) {
    for (const name of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const) {
      if (!read[name]) faults.push({ path: name, message: 'is required while KAFKA_SASL_ENABLED is true' });
    }
  }
  if (read.KAFKA_SSL_CERT_FILE && !read.KAFKA_SSL_KEY_FILE) {
    faults.push({ path: 'KAFKA_SSL_KEY_FILE', message: 'is required together with KAFKA_SSL_CERT_FILE' });
  }
  for (const broker of brokersOf(read)) {
    if (!/^[^\s:]+:\d{1,5}$/.test(broker)) {
      faults.push({ path: 'KAFKA_BROKERS', message: `'${broker}' is not of the form host:port` });
    }
  }
  return faults;
}

/** `KAFKA_BROKERS` wins over the three single ones, whose defaults are the local cluster. */
export function brokersOf(read: KafkaEnvironment): string[] {
  if (read.KAFKA_BROKERS) {
    return read.KAFKA_BROKERS.split(',')
      .map((broker) => broker.trim())
      .filter((broker) => broker !== '');
  }
  return [
    read.KAFKA_BROKER_1 ?? 'localhost:9092',
    read.KAFKA_BROKER_2 ?? 'localhost:9093',
    read.KAFKA_BROKER_3 ?? 'localhost:9094',
  ];
}

export function namesBrokers(environment: Environment): boolean {
  return ['KAFKA_BROKERS', 'KAFKA_BROKER_1', 'KAFKA_BROKER_2', 'KAFKA_BROKER_3'].some((name) =>
    Boolean(environment[name]?.trim()),
  );
}
