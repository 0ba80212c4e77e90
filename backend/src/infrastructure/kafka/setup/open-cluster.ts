import { type TopicName, topics } from '@shop/contracts';
import type { Environment } from '@/infrastructure/config/env';
import type { KafkaSettings } from '@/infrastructure/kafka/kafka.options';
import { resolveKafkaSettings } from '@/infrastructure/kafka/kafka.settings';
import { openTransport } from '@/infrastructure/kafka/open-transport';
import type { EventTransport } from '@/infrastructure/kafka/transport/transport.port';
import { loggerOf } from '@/infrastructure/observability/logger';

/** Brokers, registry and rights of the environment, with all built-in topics. */
export function setupSettings(environment: Environment): KafkaSettings {
  const builtInTopics = Object.keys(topics) as TopicName[];
  return resolveKafkaSettings({ service: 'kafka-setup', engine: 'kafka', builtInTopics, environment });
}

export async function openCluster(settings: KafkaSettings): Promise<EventTransport & AsyncDisposable> {
  const transport = await openTransport(settings, loggerOf('kafka-setup'));
  return Object.assign(transport, { [Symbol.asyncDispose]: () => transport.close() });
}
