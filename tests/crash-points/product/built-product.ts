import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import type { PostgresDeliveryStore } from '@/infrastructure/kafka/delivery/postgres/postgres-delivery-store';
import type { EmbeddedTransport } from '@/infrastructure/kafka/transport/embedded/embedded-transport';
import type { KafkaTransport } from '@/infrastructure/kafka/transport/kafka/kafka-transport';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';

interface Class<Instance> {
  readonly prototype: Instance;
}

/** Parts of the built product, the same instances that the product runs. */
export interface BuiltProduct {
  readonly Database: Class<Database>;
  readonly UnitOfWork: Class<UnitOfWork>;
  readonly PostgresDeliveryStore: Class<PostgresDeliveryStore>;
  readonly EmbeddedTransport: Class<EmbeddedTransport>;
  readonly KafkaTransport: Class<KafkaTransport>;
  readonly currentDelivery: () => DeliveryContext | undefined;
}

const FILES = [
  'postgres/database',
  'outbox/unit-of-work',
  'kafka/transport/embedded/embedded-transport',
  'kafka/transport/kafka/kafka-transport',
  'kafka/delivery/delivery-context',
  'kafka/delivery/postgres/postgres-delivery-store',
];

export async function builtProduct(): Promise<BuiltProduct> {
  const urls = FILES.map(
    (file) => new URL(`../../../backend/dist/infrastructure/${file}.js`, import.meta.url).href,
  );
  const modules: readonly object[] = await Promise.all(urls.map((url) => import(url)));
  return Object.assign({}, ...modules) as BuiltProduct;
}
