import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { brokersOf, readKafkaEnvironment } from './kafka.environment';

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readKafkaEnvironment(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(({ path }) => path);
    throw error;
  }
  return [];
}

describe('the Kafka environment', () => {
  it('has the published defaults', () => {
    const read = readKafkaEnvironment({});
    expect(brokersOf(read)).toEqual(['localhost:9092', 'localhost:9093', 'localhost:9094']);
    expect(read).toMatchObject({
      KAFKA_PRODUCER_IDEMPOTENT: true,
      KAFKA_PRODUCER_MAX_IN_FLIGHT: 1,
      KAFKA_PRODUCER_COMPRESSION: 'gzip',
      KAFKA_CONSUMER_GROUP_ID: 'ecommerce-consumers',
      KAFKA_CONSUMER_SESSION_TIMEOUT: 30_000,
      KAFKA_CONSUMER_MAX_WAIT_TIME: 5_000,
      KAFKA_DEFAULT_PARTITIONS: 3,
      KAFKA_DEFAULT_REPLICATION: 3,
      KAFKA_DEFAULT_RETENTION: 604_800_000,
      KAFKA_SSL_ENABLED: false,
      KAFKA_SASL_ENABLED: false,
    });
  });

  it('lets the list win over the single brokers, and the single ones over their defaults', () => {
    expect(brokersOf(readKafkaEnvironment({ KAFKA_BROKERS: 'a:1, b:2', KAFKA_BROKER_1: 'c:3' }))).toEqual([
      'a:1',
      'b:2',
    ]);
    expect(brokersOf(readKafkaEnvironment({ KAFKA_BROKER_2: 'c:3' }))).toEqual([
      'localhost:9092',
      'c:3',
      'localhost:9094',
    ]);
  });

  it('takes a variable set to nothing as not set', () => {
    expect(readKafkaEnvironment({ KAFKA_CONSUMER_MAX_WAIT_TIME: '' }).KAFKA_CONSUMER_MAX_WAIT_TIME).toBe(
      5_000,
    );
  });

  it('reports every fault at once', () => {
    const faults = faultsOf({
      KAFKA_PRODUCER_IDEMPOTENT: 'yes',
      KAFKA_CONSUMER_SESSION_TIMEOUT: '30s',
      KAFKA_DEFAULT_PARTITIONS: '0',
      KAFKA_BROKRES: 'a:1',
    });
    expect(faults.toSorted()).toEqual([
      'KAFKA_BROKRES',
      'KAFKA_CONSUMER_SESSION_TIMEOUT',
      'KAFKA_DEFAULT_PARTITIONS',
      'KAFKA_PRODUCER_IDEMPOTENT',
    ]);
  });

  it('names the unit', () => {
    expect(() => readKafkaEnvironment({ KAFKA_CONSUMER_MAX_WAIT_TIME: '99999999' })).toThrow(
      /from 1 to 60000 \(ms\)/,
    );
  });

  it.each([
    [{ KAFKA_PRODUCER_MAX_IN_FLIGHT: '5' }, ['KAFKA_PRODUCER_MAX_IN_FLIGHT']],
    [{ KAFKA_SASL_ENABLED: 'true' }, ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']],
    [{ KAFKA_SSL_CERT_FILE: 'a.pem' }, ['KAFKA_SSL_KEY_FILE']],
    [{ KAFKA_BROKERS: 'localhost' }, ['KAFKA_BROKERS']],
  ])('refuses the contradiction %j', (environment, expected) => {
    expect(faultsOf(environment)).toEqual(expected);
  });

  it('never repeats a secret in its message', () => {
    expect(() =>
      readKafkaEnvironment({ KAFKA_SASL_ENABLED: 'true', KAFKA_SASL_PASSWORD: 'hunter2' }),
    ).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hunter2') }));
  });
});
