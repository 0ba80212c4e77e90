import type { KafkaSettings } from '@/infrastructure/kafka/kafka.options';
import { ContractSchemaSource } from './contract-schema-source';
import type { EventRegistry } from './event-registry';
import { RegistrySchemaSource } from './registry-schema-source';
import type { SchemaSource } from './schema-source.port';

/** On Kafka the registry is required; the embedded engine needs nothing but the definitions themselves. */
export async function openSchemaSource(
  settings: Pick<KafkaSettings, 'engine' | 'schemaRegistryUrl'>,
  registry: EventRegistry,
): Promise<SchemaSource> {
  if (settings.engine === 'embedded') return new ContractSchemaSource(registry);
  const source = new RegistrySchemaSource({ url: settings.schemaRegistryUrl });
  await source.open();
  return source;
}
