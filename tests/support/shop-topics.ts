import { topicNames } from '@shop/contracts';
import { KafkaTransport } from '@/infrastructure/kafka/transport/kafka/kafka-transport';
import { loggerOf } from '@/infrastructure/observability/logger';
import { eventually } from '@/testing/eventually';
import type { TestKafka } from '@/testing/provided-context';

/**
 * Takes the shop's topics away, so that a shop with an empty database does not meet the orders of another one. The
 * shop makes them again when it starts.
 */
export async function removeShopTopics(kafka: TestKafka): Promise<void> {
  const transport = new KafkaTransport({
    brokers: kafka.brokers,
    clientId: 'spec',
    producer: { idempotent: true, maxInFlight: 1, compression: 'gzip' },
    logger: loggerOf('spec'),
  });
  await transport.open();
  try {
    const ours = new Set<string>(topicNames.flatMap((topic) => [topic, `${topic}.dlq`]));
    const there = (await transport.admin.topicNames()).filter((topic) => ours.has(topic));
    if (there.length === 0) return;
    await transport.admin.deleteTopics(there);
    await eventually(async () => (await transport.admin.topicNames()).every((topic) => !ours.has(topic)), {
      withinMs: 60_000,
      what: 'the topics of an earlier shop to be gone',
    });
  } finally {
    await transport.close();
  }
}
