import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { testKafka } from '@/testing/test-kafka';
import { transportConformance } from '../conformance/transport.conformance';
import { KafkaTransport } from './kafka-transport';

const kafka = testKafka();

/** Port 9 is `discard`: nothing listens there. */
const NOBODY = ['127.0.0.1:9'];

describe.skipIf(kafka === null)('real brokers', () => {
  transportConformance('Kafka', async () => {
    const brokers = [...(kafka?.brokers ?? [])];
    return {
      engine: 'kafka',
      create: () => new KafkaTransport({ brokers, clientId: 'conformance' }),
      createUnreachable: () => new KafkaTransport({ brokers: NOBODY, clientId: 'conformance' }),
      child: {
        program: fileURLToPath(new URL('../conformance/child/kafka.child.ts', import.meta.url)),
        settings: { brokers },
      },
      replicationFactor: 3,
      sessionTimeoutMs: 6_000,
      // The active segment is never removed, so it has to be rolled first, and the brokers look every 5 minutes by
      // default; scripts/kafka-local.sh lets them look every second.
      retention: { config: { 'retention.ms': '1000', 'segment.ms': '500' }, withinMs: 60_000 },
      stop: async () => {},
    };
  });
});
