import { inspect } from 'node:util';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { defineEvent, dlqOf } from '@shop/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '@/infrastructure/config/env';
import { KafkaTransport } from '@/infrastructure/kafka/transport/kafka/kafka-transport';
import { eventually } from '@/testing/eventually';
import { authenticationOf, KafkaListener, mechanismOf } from '@/testing/kafka-listener';
import { Api, fetchOf, joinOf, producedOf } from '@/testing/kafka-requests';
import { KafkaWiretap } from '@/testing/kafka-wiretap';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import { EventConsumerService } from './consumer/event-consumer.service';
import { KafkaModule } from './kafka.module';
import type { KafkaModuleOptions } from './kafka.options';
import { EventPublisherService } from './publisher/event-publisher.service';

const kafka = testKafka();
// The wiretap gives the brokers other ports, not other hosts.
const isLocal = kafka?.brokers.every((broker) => broker.startsWith('localhost:')) ?? false;

const topic = unique('wire');
const noted = defineEvent<{ note: string }>()({
  eventType: unique('note.taken'),
  topic,
  key: () => 'one',
  schema: { kind: 'json-schema', schema: { type: 'object' } },
});

const running: INestApplicationContext[] = [];

async function start(environment: Environment, options: KafkaModuleOptions = {}) {
  @Module({
    imports: [
      KafkaModule.forRoot({
        events: [noted],
        topics: [{ topic, numPartitions: 1, replicationFactor: 3 }],
        ...options,
        environment: { SCHEMA_REGISTRY_URL: kafka?.registryUrl, ...environment },
      }),
    ],
  })
  class Application {}
  const app = await NestFactory.createApplicationContext(Application, { logger: false, abortOnError: false });
  running.push(app);
  return {
    publish: (note: string) => app.get(EventPublisherService).publish(noted, { note }),
    consume: (seen: string[]) =>
      app.get(EventConsumerService).registerHandler(noted, ({ data }) => void seen.push(data.note), {
        name: 'notes',
      }),
  };
}

describe.skipIf(!isLocal)('on the wire and in the group', () => {
  const brokers = kafka?.brokers ?? [];
  let tap: KafkaWiretap;
  let admin: KafkaTransport;

  beforeAll(async () => {
    tap = await KafkaWiretap.before(brokers);
    admin = new KafkaTransport({ brokers, clientId: 'witness' });
    await admin.open();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
    tap.forget();
    tap.answerProduceAfterMs = 0;
  });

  afterAll(async () => {
    await admin?.admin.deleteTopics([topic, dlqOf(topic)]);
    await admin?.close();
    await tap?.close();
  });

  const here = (environment: Environment = {}) => ({ KAFKA_BROKERS: tap.brokers.join(','), ...environment });
  const batches = () => tap.requests(Api.Produce).flatMap((request) => producedOf(request).batches);

  it('KAFKA_BROKER_1..3 say where the brokers are', async () => {
    const [KAFKA_BROKER_1, KAFKA_BROKER_2, KAFKA_BROKER_3] = tap.brokers;
    const { publish } = await start({ KAFKA_BROKER_1, KAFKA_BROKER_2, KAFKA_BROKER_3 });
    await publish('by three variables');
    expect(tap.requests(Api.Produce)).toHaveLength(1);
  });

  it('KAFKA_BROKERS wins over them', async () => {
    const nobody = 'localhost:1';
    const { publish } = await start(
      here({ KAFKA_BROKER_1: nobody, KAFKA_BROKER_2: nobody, KAFKA_BROKER_3: nobody }),
    );
    await publish('by the list');
    expect(tap.requests(Api.Produce)).toHaveLength(1);
  });

  it.each([
    [undefined, 1],
    ['none', 0],
    ['gzip', 1],
    ['snappy', 2],
    ['lz4', 3],
    ['zstd', 4],
  ])('KAFKA_PRODUCER_COMPRESSION=%s writes batches of codec %d', async (compression, codec) => {
    const { publish, consume } = await start(here({ KAFKA_PRODUCER_COMPRESSION: compression }), {
      group: unique('reader'),
    });
    const note = unique(`compressed by ${compression} `.repeat(20));
    await publish(note);
    expect(batches().map((batch) => batch.codec)).toEqual([codec]);
    const seen: string[] = [];
    consume(seen);
    await eventually(() => seen.includes(note));
  });

  it('KAFKA_PRODUCER_IDEMPOTENT numbers the batches under a producer id, by default', async () => {
    const { publish } = await start(here());
    for (const note of ['first', 'second', 'third']) await publish(note);
    expect(tap.requests(Api.InitProducerId)).toHaveLength(1);
    const [first] = batches();
    expect(first?.producerId).toBeGreaterThanOrEqual(0n);
    expect(batches()).toEqual([0, 1, 2].map((firstSequence) => ({ ...first, firstSequence })));
    expect(tap.requests(Api.Produce).map((request) => producedOf(request).acks)).toEqual([-1, -1, -1]);
  });

  it('KAFKA_PRODUCER_IDEMPOTENT=false does without', async () => {
    const { publish } = await start(here({ KAFKA_PRODUCER_IDEMPOTENT: 'false' }));
    await publish('first');
    expect(tap.requests(Api.InitProducerId)).toEqual([]);
    expect(batches()).toMatchObject([{ producerId: -1n }]);
  });

  it.each([
    [undefined, 1],
    ['1', 1],
    ['3', 3],
  ])('KAFKA_PRODUCER_MAX_IN_FLIGHT=%s has at most %d under way to a broker', async (maxInFlight, most) => {
    tap.answerProduceAfterMs = 40;
    const { publish } = await start(
      here({ KAFKA_PRODUCER_IDEMPOTENT: 'false', KAFKA_PRODUCER_MAX_IN_FLIGHT: maxInFlight }),
    );
    await publish('prepared');
    const calls: Promise<unknown>[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      calls.push(publish(`note ${turn}`));
      const requests = tap.requests(Api.Produce).length;
      // The next call comes after this one has left, or else is known to wait.
      await Promise.race([
        calls.at(-1),
        eventually(() => tap.requests(Api.Produce).length > requests || turn >= most),
      ]);
    }
    await Promise.all(calls);
    expect(tap.mostProducesInFlight).toBe(most);
  });

  it('KAFKA_CONSUMER_GROUP_ID names the group; the service comes behind it', async () => {
    const base = unique('shoppers');
    const seen: string[] = [];
    (await start(here({ KAFKA_CONSUMER_GROUP_ID: base }))).consume(seen);
    (await start(here({ KAFKA_CONSUMER_GROUP_ID: base, SERVICE_NAME: 'mail' }))).consume(seen);
    await eventually(() => {
      const groups = tap.requests(Api.JoinGroup).map((request) => joinOf(request).group);
      return groups.includes(base) && groups.includes(`${base}.mail`);
    });
    for (const group of [base, `${base}.mail`]) {
      await eventually(async () => (await admin.admin.describeGroup(group)).members.length === 1);
    }
  });

  it('KAFKA_CONSUMER_GROUP_ID is ecommerce-consumers by default', async () => {
    (await start(here({ SERVICE_NAME: unique('mail') }))).consume([]);
    const joins = await eventually(
      () => tap.requests(Api.JoinGroup).length > 0 && tap.requests(Api.JoinGroup),
    );
    expect(joinOf(joins[0] as (typeof joins)[0]).group).toMatch(/^ecommerce-consumers\.mail-/);
  });

  it.each([
    [undefined, 30_000],
    ['12345', 12_345],
  ])('KAFKA_CONSUMER_SESSION_TIMEOUT=%s joins with %d ms', async (timeout, expected) => {
    (await start(here({ KAFKA_CONSUMER_SESSION_TIMEOUT: timeout }), { group: unique('reader') })).consume([]);
    const joins = await eventually(
      () => tap.requests(Api.JoinGroup).length > 0 && tap.requests(Api.JoinGroup),
    );
    expect(new Set(joins.map((join) => joinOf(join).sessionTimeoutMs))).toEqual(new Set([expected]));
  });

  it.each([
    [undefined, 5_000],
    ['321', 321],
  ])('KAFKA_CONSUMER_MAX_WAIT_TIME=%s lets a fetch wait %d ms', async (wait, expected) => {
    (await start(here({ KAFKA_CONSUMER_MAX_WAIT_TIME: wait }), { group: unique('reader') })).consume([]);
    const fetches = await eventually(() => tap.requests(Api.Fetch).length > 0 && tap.requests(Api.Fetch));
    expect(new Set(fetches.map((fetch) => fetchOf(fetch).maxWaitMs))).toContain(expected);
  });

  it.each([
    [{}, { partitions: 3, replicationFactor: 3, retention: '604800000' }],
    [
      { KAFKA_DEFAULT_PARTITIONS: '5', KAFKA_DEFAULT_REPLICATION: '2', KAFKA_DEFAULT_RETENTION: '1234567' },
      { partitions: 5, replicationFactor: 2, retention: '1234567' },
    ],
  ])('KAFKA_DEFAULT_… %j make a topic that does not say', async (defaults, { retention, ...expected }) => {
    const name = unique('plain');
    await start(here(defaults), { topics: [{ topic: name }] });
    const [described] = await admin.admin.describeTopics([name]);
    expect(described).toMatchObject({ ...expected, config: { 'retention.ms': retention } });
    await admin.admin.deleteTopics([name, dlqOf(name)]);
  });
});

describe('before a broker says anything', () => {
  let listener: KafkaListener;

  beforeAll(async () => {
    listener = await KafkaListener.open();
  });

  afterEach(() => {
    listener.requests.length = 0;
  });

  afterAll(() => listener.close());

  it('KAFKA_SSL_ENABLED is off by default, and the first byte is a request’s', async () => {
    await expect(start({ KAFKA_BROKERS: listener.address })).rejects.toMatchObject({
      code: 'LOG_UNAVAILABLE',
    });
    expect(listener.requests.map(({ api }) => api)).toContain(Api.ApiVersions);
    expect(listener.firstBytes.at(-1)).toBe(0);
    expect(listener.requests.filter(({ api }) => api === Api.SaslHandshake)).toEqual([]);
  });

  it('KAFKA_SSL_ENABLED=true speaks TLS', async () => {
    await expect(start({ KAFKA_BROKERS: listener.address, KAFKA_SSL_ENABLED: 'true' })).rejects.toMatchObject(
      { code: 'LOG_UNAVAILABLE' },
    );
    expect(listener.firstBytes.at(-1)).toBe(0x16);
  });

  it('KAFKA_SASL_ENABLED=true authenticates as KAFKA_SASL_USERNAME with KAFKA_SASL_PASSWORD', async () => {
    const starting = start({
      KAFKA_BROKERS: listener.address,
      KAFKA_SASL_ENABLED: 'true',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'orders',
      KAFKA_SASL_PASSWORD: 'a secret',
    });
    const error: unknown = await starting.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'LOG_UNAVAILABLE' });
    expect(inspect(error, { depth: 10 })).not.toContain('a secret');
    const said = listener.requests.find(({ api }) => api === Api.SaslAuthenticate);
    expect(said && authenticationOf(said)).toBe('\0orders\0a secret');
  });

  it('KAFKA_SASL_MECHANISM is scram-sha-512 by default', async () => {
    const starting = start({
      KAFKA_BROKERS: listener.address,
      KAFKA_SASL_ENABLED: 'true',
      KAFKA_SASL_USERNAME: 'orders',
      KAFKA_SASL_PASSWORD: 'a secret',
    });
    await expect(starting).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
    const asked = listener.requests.filter(({ api }) => api === Api.SaslHandshake);
    expect(asked.map(mechanismOf)).toContain('SCRAM-SHA-512');
  });

  it('every fault is told at once, of variables and of options, before anyone is connected to', async () => {
    const starting = start(
      {
        KAFKA_BROKERS: listener.address,
        KAFKA_BROKRES: 'localhost:1',
        KAFKA_PRODUCER_MAX_IN_FLIGHT: '5',
        KAFKA_CONSUMER_SESSION_TIMEOUT: 'soon',
      },
      { topics: [{ topic: 'no name', numPartitions: 0 }] },
    );
    await expect(starting).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
    const { faults } = (await starting.catch((error: unknown) => error)) as { faults: { path: string }[] };
    expect(faults.map(({ path }) => path).toSorted()).toEqual([
      'KAFKA_BROKRES',
      'KAFKA_CONSUMER_SESSION_TIMEOUT',
      'topics[0].numPartitions',
      'topics[0].topic',
    ]);
    expect(listener.requests).toEqual([]);
  });
});
