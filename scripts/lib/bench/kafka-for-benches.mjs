import { kafkaForTests } from '../test-kafka.mjs';

/** The cluster that KAFKA_BROKERS names, else one for these benches alone: no shop has left its topics there. */
export async function kafkaForBenches() {
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
