import { KafkaTransport } from '../../kafka/kafka-transport';
import { runConformanceChild } from './run-conformance-child';

await runConformanceChild(async (settings) => {
  const { brokers } = settings as { brokers: readonly string[] };
  return {
    transport: new KafkaTransport({ brokers: [...brokers], clientId: 'conformance-second' }),
    release: async () => {},
  };
});
