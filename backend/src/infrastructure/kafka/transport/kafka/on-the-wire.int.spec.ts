import { randomBytes } from 'node:crypto';
import { Producer } from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { testKafka } from '@/testing/test-kafka';
import { unique } from '@/testing/unique';
import type { OutgoingRecord } from '../transport.port';
import { Cluster } from './cluster/cluster';
import { fetchFrom } from './fetch/fetch-request';
import { batchesOf as batchesIn, type RecordBatch } from './fetch/record-batch';
import { KafkaTransport } from './kafka-transport';
import type { ProducerOptions } from './kafka-transport.options';

const kafka = testKafka();
const COMPRESSION = 0b111;

/** What foreign clients, other tools and the brokers see of us, and we of them. */
describe.skipIf(kafka === null)('on the wire', () => {
  const brokers = [...(kafka?.brokers ?? [])];
  const transport = new KafkaTransport({ brokers, clientId: 'on-the-wire' });
  const cluster = new Cluster({ brokers, clientId: 'on-the-wire' });

  beforeAll(() => transport.open());
  afterAll(() => Promise.all([transport.close(), cluster.close()]));

  async function newTopic(config: Record<string, string> = {}): Promise<string> {
    const topic = unique('wire');
    await transport.admin.createTopics([{ topic, partitions: 1, replicationFactor: 3, config }]);
    return topic;
  }

  const recordTo = (topic: string, value: string | Buffer): OutgoingRecord => ({
    topic,
    key: null,
    value: Buffer.from(value),
    headers: [],
  });

  async function batchesOf(topic: string): Promise<RecordBatch[]> {
    const { partitions } = await cluster.topic(topic);
    const pool = cluster.pool(5_000);
    const at = { topic, partition: 0, offset: 0n, maxBytes: 10_000_000 };
    const limits = { maxWaitMs: 0, maxBytes: 10_000_000 };
    const answers = await fetchFrom(cluster, pool, partitions[0]?.leader ?? -1, [at], limits);
    return [...batchesIn(answers.get(at)?.records ?? Buffer.alloc(0))];
  }

  async function appendWith(producer: ProducerOptions, topic: string): Promise<void> {
    await using other = Object.assign(new KafkaTransport({ brokers, clientId: 'wire-producer', producer }), {
      [Symbol.asyncDispose]: () => other.close(),
    });
    await other.append([recordTo(topic, 'x'.repeat(1_000))]);
  }

  it.each([
    ['none', 0],
    ['gzip', 1],
    ['snappy', 2],
    ['lz4', 3],
    ['zstd', 4],
  ] as const)('compresses by %s', async (compression, mark) => {
    const topic = await newTopic();
    await appendWith({ compression }, topic);

    const [batch] = await batchesOf(topic);
    expect((batch?.attributes ?? -1) & COMPRESSION).toBe(mark);
    const { records } = await transport.read({
      from: { topic, partition: 0, offset: 0n },
      limit: 9,
      maxBytes: 9_999,
    });
    expect(records.map(({ value }) => value?.length)).toEqual([1_000]);
  });

  it('carries a producer id when idempotent, and none when not', async () => {
    const topic = await newTopic();
    await appendWith({ idempotent: true }, topic);
    await appendWith({ idempotent: false, maxInFlight: 5 }, topic);

    const batches = await batchesOf(topic);
    expect(batches.map(({ producerId }) => producerId >= 0n)).toEqual([true, false]);
  });

  it('puts concurrent appends together', async () => {
    const topic = await newTopic();
    await transport.append([recordTo(topic, 'opens the connection')]);
    await Promise.all(
      Array.from({ length: 500 }, (_, index) => transport.append([recordTo(topic, String(index))])),
    );

    expect((await batchesOf(topic)).length).toBeLessThanOrEqual(4);
    const { records } = await transport.read({
      from: { topic, partition: 0, offset: 1n },
      limit: 1_000,
      maxBytes: 1_000_000,
    });
    expect(records.map(({ value }) => String(value))).toEqual(
      Array.from({ length: 500 }, (_, index) => String(index)),
    );
  });

  it('stores what fits when only together the records are too large', async () => {
    const topic = await newTopic({ 'max.message.bytes': '20000' });
    const pieces = Array.from({ length: 20 }, () => randomBytes(5_000));
    const giant = transport.append([recordTo(topic, randomBytes(30_000))]);
    const fitting = pieces.map((piece) => transport.append([recordTo(topic, piece)]));

    await expect(giant).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
    const positions = await Promise.all(fitting);
    expect(positions.flat().map(({ offset }) => Number(offset))).toEqual(pieces.map((_, index) => index));
    await expect(transport.append([recordTo(topic, 'still works')])).resolves.toMatchObject([
      { offset: 20n },
    ]);
  });

  it('does not show an aborted transaction of another client, and steps over its marks', async () => {
    const topic = await newTopic();
    const producer = new Producer({
      clientId: 'foreign',
      bootstrapBrokers: brokers,
      idempotent: true,
      transactionalId: unique('tx'),
    });
    for (const outcome of ['aborted', 'committed'] as const) {
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic, value: Buffer.from(outcome), partition: 0 }] });
      await (outcome === 'aborted' ? transaction.abort() : transaction.commit());
    }
    await producer.close();

    // The coordinator writes a transaction's end after it has answered.
    const batch = await eventually(async () => {
      const from = { topic, partition: 0, offset: 0n };
      const read = await transport.read({ from, limit: 9, maxBytes: 9_999 });
      return read.nextOffset === 4n && read;
    });
    expect(batch.records.map(({ value }) => String(value))).toEqual(['committed']);
    expect(batch.endOffset).toBe(4n);
  });

  it('joins a group by the newer protocol, whose session time-out is the group’s', async () => {
    const topic = await newTopic();
    const group = unique('newer');
    const newer = new KafkaTransport({ brokers, clientId: 'newer', groupProtocol: 'consumer' });
    const received = new Promise<string>((resolve, reject) => {
      const options = { group, topics: [topic], clientId: 'newer', sessionTimeoutMs: 7_000, maxWaitMs: 500 };
      newer
        .join(
          { ...options, maxBytesPerPartition: 1_000_000 },
          {
            assigned: async (list) => list.map((one) => ({ ...one, offset: one.committed ?? 0n })),
            lost: () => {},
            records: ({ records }) => resolve(String(records[0]?.value)),
            outOfRange: async ({ logStart }) => logStart,
            // A coordinator that moves, as on a young cluster, is told and overcome.
            failed: (error, fatal) => void (fatal && reject(error)),
          },
        )
        .catch(reject);
    });
    await transport.append([recordTo(topic, 'hello')]);

    expect(await received).toBe('hello');
    expect(await transport.admin.describeGroup(group)).toMatchObject({
      state: 'stable',
      members: [{ clientId: 'newer', assignment: [{ topic, partition: 0 }] }],
    });
    await newer.close();
    const [config] = await cluster.admin.describeConfigs({
      resources: [{ resourceType: 32, resourceName: group }],
    });
    expect(config?.configs.find(({ name }) => name === 'consumer.session.timeout.ms')?.value).toBe('7000');
  });
});
