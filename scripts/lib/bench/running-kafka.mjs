import { run } from '../run.mjs';
import { kafkaForTests } from '../test-kafka.mjs';
import { inRoot } from '../workspace.mjs';

const LOCAL = { brokers: 'localhost:9092,localhost:9093,localhost:9094', registry: 'http://localhost:8081' };

/** The cluster that KAFKA_BROKERS names, else the running one of this work tree, else one for these benches alone. */
export async function kafkaForBenches() {
  if (!process.env.KAFKA_BROKERS && (await localRuns())) {
    return { brokers: LOCAL.brokers, registry: LOCAL.registry, stop: async () => {} };
  }
  const kafka = kafkaForTests();
  if (kafka.missing !== undefined) throw new Error(`The benches need Kafka, but ${kafka.missing}.`);
  try {
    const { TEST_KAFKA_BROKERS, TEST_SCHEMA_REGISTRY_URL } = await kafka.ready();
    return { brokers: TEST_KAFKA_BROKERS, registry: TEST_SCHEMA_REGISTRY_URL, stop: () => kafka.stop() };
  } catch (error) {
    await kafka.stop();
    throw error;
  }
}

async function localRuns() {
  const { code } = await run('bash', [inRoot('scripts/kafka-local.sh'), 'status'], { quiet: true });
  return code === 0;
}
