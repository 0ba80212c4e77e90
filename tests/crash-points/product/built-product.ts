import type { HandlerDeclaration } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import type { DeliveryContext } from '@/infrastructure/kafka/delivery/delivery-context';
import type { PostgresDeliveryStore } from '@/infrastructure/kafka/delivery/postgres/postgres-delivery-store';
import type { EmbeddedTransport } from '@/infrastructure/kafka/transport/embedded/embedded-transport';
import type { KafkaTransport } from '@/infrastructure/kafka/transport/kafka/kafka-transport';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import type { OnReservationRequestedHandler } from '@/services/inventory/entry/on-reservation-requested.handler';
import type { PaymentChoreographyHandler } from '@/services/payment/entry/choreography.handler';

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
  readonly handlerDeclarations: (host: object) => readonly HandlerDeclaration[];
  readonly OnReservationRequestedHandler: Class<OnReservationRequestedHandler>;
  readonly PaymentChoreographyHandler: Class<PaymentChoreographyHandler>;
}

const FILES = [
  'infrastructure/postgres/database',
  'infrastructure/outbox/unit-of-work',
  'infrastructure/kafka/transport/embedded/embedded-transport',
  'infrastructure/kafka/transport/kafka/kafka-transport',
  'infrastructure/kafka/consumer/kafka-handler.decorator',
  'infrastructure/kafka/delivery/delivery-context',
  'infrastructure/kafka/delivery/postgres/postgres-delivery-store',
  'services/inventory/entry/on-reservation-requested.handler',
  'services/payment/entry/choreography.handler',
];

export async function builtProduct(): Promise<BuiltProduct> {
  const urls = FILES.map((file) => new URL(`../../../backend/dist/${file}.js`, import.meta.url).href);
  const modules: readonly object[] = await Promise.all(urls.map((url) => import(url)));
  return Object.assign({}, ...modules) as BuiltProduct;
}
