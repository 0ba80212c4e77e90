import { inject } from 'vitest';
import type { TestKafka } from './provided-context';

/** The run's brokers and registry; null where the run has no Kafka, which `scripts/test.mjs` announces. */
export function testKafka(): TestKafka | null {
  return inject('kafka');
}
