import type { SagaView } from '@/infrastructure/saga/saga-view';

/**
 * Orders that no saga drives, told in the form of one. A service that has some lists a subclass among its providers, and
 * operators find them where they look for the others.
 */
export abstract class OrdersWithoutSaga {
  abstract find(orderId: string): Promise<SagaView | undefined>;
}
