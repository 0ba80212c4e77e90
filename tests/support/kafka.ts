import type { TestKafka } from '@/testing/provided-context';

/**
 * `scripts/test.mjs` starts a cluster or finds one and says so by these two variables. They are not the product's
 * own names, so that a spec of the embedded engine does not turn to Kafka because the run has one.
 */
export function kafkaOfThisRun(env: NodeJS.ProcessEnv = process.env): TestKafka | null {
  const brokers = (env.TEST_KAFKA_BROKERS ?? '').split(',').filter((broker) => broker !== '');
  if (brokers.length === 0) return null;
  return { brokers, registryUrl: env.TEST_SCHEMA_REGISTRY_URL ?? 'http://localhost:8081' };
}
