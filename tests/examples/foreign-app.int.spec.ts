import { dlqOf } from '@shop/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaTransport } from '@/infrastructure/kafka/transport/kafka/kafka-transport';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { type TestDatabase, testDatabase } from '@/testing/test-database';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import { ForeignApp } from './foreign-app';

const kafka = testKafka();

describe.skipIf(kafka === null)('an application that installs the packed module', () => {
  const { brokers, registryUrl } = kafka ?? { brokers: [], registryUrl: '' };
  let app: ForeignApp;
  let database: TestDatabase;
  let log: KafkaTransport;

  const settings = (topic: string, service: string) => ({
    KAFKA_BROKERS: brokers.join(','),
    SCHEMA_REGISTRY_URL: registryUrl,
    PARCEL_TOPIC: topic,
    SERVICE_NAME: service,
  });

  async function recordsOf(topic: string): Promise<LogRecord[]> {
    const batches = await Promise.all(
      (await log.admin.offsets([topic])).map(({ partition, start }) =>
        log.read({ from: { topic, partition, offset: start }, limit: 100, maxBytes: 1_048_576 }),
      ),
    );
    return batches.flatMap(({ records }) => [...records]);
  }

  beforeAll(async () => {
    log = new KafkaTransport({ brokers, clientId: 'witness' });
    [app, database] = await Promise.all([ForeignApp.install(), testDatabase(), log.open()]);
  }, 150_000);

  afterAll(async () => {
    await Promise.all([app?.remove(), database?.drop(), log?.close()]);
  });

  it('works without a database: runs again, then the dead letter, progress by commits', async () => {
    const topic = unique('parcels');
    const service = unique('depot');
    const printed = await app.without(['pg', 'kysely'], () =>
      app.run('without-database', settings(topic, service)),
    );
    expect(printed).toBe(await app.expected('without-database'));

    const records = await recordsOf(topic);
    expect(records.map(header('ce_type'))).toEqual([
      'parcel.weighed',
      'parcel.labelled',
      'parcel.weighed',
      'parcel.weighed',
    ]);
    expect(records.map(header('content-type'))).toEqual([
      'application/avro',
      'application/json',
      'application/avro',
      'application/avro',
    ]);

    const dead = await recordsOf(dlqOf(topic));
    expect(dead.map((record) => record.value)).toEqual([records[2]?.value]);
    expect(dead.map(header('x-dead-letter-attempts'))).toEqual(['3']);
    expect(dead.map(header('kafka_dlt-exception-message'))).toEqual(['The scale shows nothing for P-2']);

    const progress = await log.admin.committed(`ecommerce-consumers.${service}`, [topic]);
    expect(Math.max(...progress.map(({ offset }) => Number(offset)))).toBe(records.length);
  });

  it('works with a database: outbox, one effect for each event, in order', async () => {
    const topic = unique('parcels');
    const printed = await app.run('with-database', {
      ...settings(topic, unique('ledger')),
      DATABASE_URL: database.url,
    });
    expect(printed).toBe(await app.expected('with-database'));
    expect(await recordsOf(dlqOf(topic))).toEqual([]);
    expect(await recordsOf(topic)).toHaveLength(3);
  });
});

const header =
  (name: string) =>
  ({ headers }: LogRecord): string | undefined =>
    headers.find(([candidate]) => candidate === name)?.[1]?.toString();
