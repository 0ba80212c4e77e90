import { describe, expect, it } from 'vitest';
import { customTopic } from '@/testing/call-shapes/custom-topic';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import type { KafkaModuleOptions } from './kafka.options';
import { resolveKafkaSettings } from './kafka.settings';
import { withoutDatabase } from './without-database';

const resolve = (options: KafkaModuleOptions = {}) => resolveKafkaSettings({ environment: {}, ...options });

const faultsOf = (options: object): readonly string[] => {
  try {
    resolve(options);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.faults.map(({ path }) => path).toSorted();
  }
};

describe('settings', () => {
  it('are the local cluster and the common group when nothing is said', () => {
    expect(resolve()).toMatchObject({
      engine: 'kafka',
      brokers: ['localhost:9092', 'localhost:9093', 'localhost:9094'],
      group: 'ecommerce-consumers',
      groupIsShared: true,
      schemaRegistryUrl: 'http://localhost:8081',
      retry: {},
      onDead: 'flow',
      groupProtocol: 'classic',
      delivery: { concurrency: 256, eventsPerTransaction: 100 },
    });
  });

  it.each<[KafkaModuleOptions, string]>([
    [{ service: 'mail' }, 'ecommerce-consumers.mail'],
    [{ environment: { SERVICE_NAME: 'mail' } }, 'ecommerce-consumers.mail'],
    [{ environment: { SERVICE_NAME: 'mail', KAFKA_CONSUMER_GROUP_ID: 'shop' } }, 'shop.mail'],
    [{ service: 'mail', group: 'mine' }, 'mine'],
  ])('%j consume in group %s', (options, group) => {
    expect(resolve(options)).toMatchObject({ group, groupIsShared: false });
  });

  it('let options win over the environment', () => {
    const { brokers } = resolve({ brokers: ['a:1'], environment: { KAFKA_BROKERS: 'b:2' } });
    expect(brokers).toEqual(['a:1']);
  });

  it('give a database the schema of the service', () => {
    const database = { url: 'postgres://localhost/depot' };
    expect(resolve({ service: 'Parcel-depot', database })).toMatchObject({
      database: { schema: 'parcel_depot' },
      logUrl: database.url,
    });
    expect(resolve({ database }).database?.schema).toBe('events');
    expect(resolve({ service: 'x', database: { ...database, schema: 'own' } }).database?.schema).toBe('own');
  });
});

describe('topics of one’s own', () => {
  it('are made as they are told, with room for the reason on dead letters', () => {
    expect(resolve({ topics: [customTopic] }).topics).toEqual([
      {
        topic: 'custom-events',
        partitions: 6,
        replicationFactor: 3,
        config: {
          'retention.ms': '2592000000',
          'cleanup.policy': 'delete',
          'compression.type': 'gzip',
          'max.message.bytes': '2000000',
        },
      },
      {
        topic: 'custom-events.dlq',
        partitions: 6,
        replicationFactor: 3,
        config: { 'retention.ms': '2592000000', 'max.message.bytes': '2065536' },
      },
    ]);
  });

  it('take what they do not say from the environment', () => {
    const environment = {
      KAFKA_DEFAULT_PARTITIONS: '5',
      KAFKA_DEFAULT_REPLICATION: '2',
      KAFKA_DEFAULT_RETENTION: '9',
    };
    expect(resolve({ environment, topics: [{ topic: 'plain' }] }).topics[0]).toEqual({
      topic: 'plain',
      partitions: 5,
      replicationFactor: 2,
      config: { 'retention.ms': '9' },
    });
  });
});

describe('faults', () => {
  it('of options and variables come together', () => {
    const options = {
      brokers: ['nowhere'],
      topics: [{ topic: '..', numPartitions: 1.5, replicationfactor: 3 }],
      retry: { attempts: 0 },
      database: { url: '', schema: 'No Name' },
      environment: { KAFKA_BROKRES: 'a:1', KAFKA_SSL_ENABLED: 'yes' },
    };
    expect(faultsOf(options)).toEqual([
      'KAFKA_BROKRES',
      'KAFKA_SSL_ENABLED',
      'brokers[0]',
      'database.schema',
      'database.url',
      'retry.attempts',
      'topics[0]',
      'topics[0].numPartitions',
      'topics[0].topic',
    ]);
  });

  it('include options nobody knows, and an embedded engine without a place for its log', () => {
    expect(faultsOf({ borkers: ['a:1'] })).toEqual(['options']);
    expect(faultsOf({ engine: 'embedded' })).toEqual(['logUrl']);
  });
});

describe('a unit of work without a database', () => {
  it('says what is missing', async () => {
    const unitOfWork = withoutDatabase();
    await expect(unitOfWork.run(async () => undefined)).rejects.toMatchObject({ code: 'NO_DATABASE' });
    expect(() => unitOfWork.sql).toThrow(expect.objectContaining({ code: 'NO_UNIT_OF_WORK' }));
  });
});
