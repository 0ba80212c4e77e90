import { eventTopology } from '@shop/contracts';
import { currentDelivery } from '@/infrastructure/kafka/delivery/delivery-context';

/** On these an order's id is the records' key; elsewhere the key is a product, a user or a cart. */
const ORDER_TOPICS: ReadonlySet<string> = new Set(
  Object.values(eventTopology).flatMap(({ topic, keyField }) => (keyField === 'orderId' ? [topic] : [])),
);

/** The order whose event is being handled; undefined outside of a delivery and for events of anything else. */
export function deliveredOrder(): string | undefined {
  const delivery = currentDelivery();
  return delivery && ORDER_TOPICS.has(delivery.topic) ? (delivery.key ?? undefined) : undefined;
}
