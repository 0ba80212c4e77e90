import { randomBytes } from 'node:crypto';
import type { KafkaSettings } from '@/infrastructure/kafka/kafka.options';
import { RegistrySchemaSource } from '@/infrastructure/kafka/schema/registry-schema-source';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import { openCluster } from './open-cluster';
import { roundTrip } from './round-trip';
import { withoutCredentials } from './set-up';
import { patiently, TooFewBrokersError } from './patiently';

type Say = (line: string) => void;

const WAIT_MS = 120_000;
const REPLICAS = 3;

/** Proves that the cluster works, also before it has any topic of ours. The answer is the exit status. */
export async function testCluster(settings: KafkaSettings, say: Say): Promise<number> {
  say(`Waiting for ${settings.brokers.join(', ')} ...`);
  const deadline = performance.now() + WAIT_MS;
  await using transport = await patiently(deadline, () => openCluster(settings));
  const brokers = await patiently(deadline, () => enoughBrokers(transport, settings.brokers.length));
  say(`ok    ${brokers.length} brokers: ${brokers.map(({ address }) => address).join(', ')}`);

  const topic = `kafka-setup-test-${randomBytes(4).toString('hex')}`;
  const replicationFactor = Math.min(REPLICAS, brokers.length);
  await patiently(deadline, () =>
    transport.admin.createTopics([{ topic, partitions: brokers.length, replicationFactor, config: {} }]),
  );
  try {
    const { records, appendMs, readMs } = await roundTrip(transport, topic, brokers.length);
    say(`ok    ${records} records to ${topic} (${replicationFactor} replicas) in ${appendMs} ms`);
    say(`ok    read back by a consumer group in ${readMs} ms`);
  } finally {
    await transport.admin.deleteTopics([topic]);
  }
  say(`ok    ${topic} removed`);

  const registry = new RegistrySchemaSource({ url: settings.schemaRegistryUrl });
  await patiently(deadline, () => registry.open());
  say(`ok    schema registry ${withoutCredentials(settings.schemaRegistryUrl)}`);
  await reportMissing(transport, settings, say);
  say('The cluster works.');
  return 0;
}

async function enoughBrokers(transport: EventTransport, wanted: number) {
  const brokers = await transport.admin.brokers();
  if (brokers.length < wanted) throw new TooFewBrokersError(brokers.length, wanted);
  return brokers;
}

async function reportMissing({ admin }: EventTransport, { topics }: KafkaSettings, say: Say): Promise<void> {
  const there = new Set(await admin.topicNames());
  const missing = topics.map(({ topic }) => topic).filter((topic) => !there.has(topic));
  if (missing.length === 0) return say(`ok    all ${topics.length} topics are there`);
  say(`note  ${missing.length} of ${topics.length} topics are not there yet; --info names them`);
  say('      scripts/kafka-setup.sh without an option creates them.');
}
