import type { StreamDefinition } from '@/infrastructure/event-store/stream-event';
import { evolve, type OrderEvent, type OrderState } from '../domain/order-stream';
import { orderUpcasters } from '../domain/order-upcasters';

export const orderStreamDefinition: StreamDefinition<OrderState, OrderEvent> = {
  upcasters: orderUpcasters,
  evolve,
  stateVersion: 1,
};
