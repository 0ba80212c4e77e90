import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, flag, integer, oneOf, readEnvironment, text } from '@/infrastructure/config/env';
import { misspeltNames } from '@/infrastructure/config/misspelt-names';
import type { Fault } from '@/infrastructure/errors/coded-error';

const DAY_MS = 86_400_000;

/** Every variable of the Kafka integration: name, default, bounds, unit. The table in docs/configuration.md. */
export const kafkaVariables = z.object({
  KAFKA_BROKERS: text().meta({
    description: 'Brokers as `host:port,host:port`. Set, it also chooses Kafka as the engine',
    byDefault: 'the three single ones',
  }),
  KAFKA_BROKER_1: text().meta({
    description: 'One broker; used when `KAFKA_BROKERS` is not set',
    byDefault: 'localhost:9092',
  }),
  KAFKA_BROKER_2: text().meta({
    description: 'One broker; used when `KAFKA_BROKERS` is not set',
    byDefault: 'localhost:9093',
  }),
  KAFKA_BROKER_3: text().meta({
    description: 'One broker; used when `KAFKA_BROKERS` is not set',
    byDefault: 'localhost:9094',
  }),
  KAFKA_PRODUCER_IDEMPOTENT: flag(true).describe('A repeated request is not written twice by the broker'),
  KAFKA_PRODUCER_MAX_IN_FLIGHT: integer(1, {
    min: 1,
    max: 1_000,
    unit: 'requests under way per broker',
  }).describe('More than 1 can reorder events and needs `KAFKA_PRODUCER_IDEMPOTENT=false`'),
  KAFKA_PRODUCER_COMPRESSION: oneOf(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
    .transform((value) => value ?? 'gzip')
    .describe('How batches are compressed'),
  KAFKA_CONSUMER_GROUP_ID: text()
    .transform((value) => value ?? 'ecommerce-consumers')
    .describe('The base group; every service but audit appends its name'),
  KAFKA_CONSUMER_SESSION_TIMEOUT: integer(30_000, { min: 1_000, max: 1_800_000, unit: 'ms' }).describe(
    'A silent member of a group is taken for dead after this long',
  ),
  KAFKA_CONSUMER_MAX_WAIT_TIME: integer(5_000, { min: 1, max: 60_000, unit: 'ms' }).describe(
    'How long a broker may hold a fetch that has nothing to answer',
  ),
  KAFKA_DEFAULT_PARTITIONS: integer(3, { min: 1, max: 10_000, unit: 'partitions' }).describe(
    'Of topics that are made and do not say it themselves',
  ),
  KAFKA_DEFAULT_REPLICATION: integer(3, { min: 1, max: 100, unit: 'replicas' }).describe(
    'Of topics that are made and do not say it themselves',
  ),
  KAFKA_DEFAULT_RETENTION: integer(7 * DAY_MS, {
    min: -1,
    max: Number.MAX_SAFE_INTEGER,
    unit: 'ms, -1 for ever',
  }).describe('Of topics that are made and do not say it themselves'),
  KAFKA_SSL_ENABLED: flag(false).describe('TLS to the brokers'),
  KAFKA_SSL_CA_FILE: text().meta({
    description: 'File with the authorities that sign the brokers, PEM',
    byDefault: 'those of Node.js',
  }),
  KAFKA_SSL_CERT_FILE: text().describe('File with the client certificate, PEM; needs its key'),
  KAFKA_SSL_KEY_FILE: text().describe('File with the key of the client certificate, PEM'),
  KAFKA_SASL_ENABLED: flag(false).describe('Sign-in at the brokers; needs name and password'),
  KAFKA_SASL_MECHANISM: oneOf(['plain', 'scram-sha-256', 'scram-sha-512'])
    .transform((value) => value ?? 'scram-sha-512')
    .describe('How to sign in'),
  KAFKA_SASL_USERNAME: text().describe('Who signs in'),
  KAFKA_SASL_PASSWORD: text().describe('Never logged'),
  EVENT_TRANSPORT: oneOf(['embedded', 'kafka']).meta({
    description: 'The engine of the event log; production takes the embedded one only by name',
    byDefault: 'kafka when brokers are named, else embedded',
  }),
  SCHEMA_REGISTRY_URL: text().meta({
    description: 'The schema registry, with its API at the root of the address; used on Kafka',
    byDefault: 'http://localhost:8081',
  }),
  SERVICE_NAME: text().describe(
    'The group suffix of an application that uses `KafkaModule`; the services here have their own',
  ),
});

export type KafkaEnvironment = z.output<typeof kafkaVariables>;

export const KAFKA_VARIABLES: readonly string[] = Object.keys(kafkaVariables.shape);

/** Throws `ConfigurationError` with every fault, misspelt `KAFKA_…` names and contradictions included. */
export function readKafkaEnvironment(environment: Environment): KafkaEnvironment {
  const faults: Fault[] = misspeltNames(environment, KAFKA_VARIABLES, 'KAFKA_');
  const read = readEnvironment(kafkaVariables, environment, faults);
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
