import type { RemoteStep } from '@/infrastructure/saga/saga-definition';
import type { OrderSagaContext } from '../order-saga.context';

export const reserveInventoryStep: RemoteStep<OrderSagaContext> = {
  kind: 'remote',
  name: 'inventory',
  deadlineMs: 60_000,
  request: ({ order }, deadline, attempt) => ({
    eventType: 'inventory.reservation.requested',
    data: {
      orderId: order.orderId,
      items: order.items.map(({ productId, quantity }) => ({ productId, quantity })),
      deadline,
      attempt,
    },
  }),
  replies: { done: 'inventory.reserved', failed: 'inventory.reservation.failed' },
  undo: {
    request: ({ order }, { code }) => ({
      eventType: 'inventory.release.requested',
      data: { orderId: order.orderId, reason: code },
    }),
    replies: { done: 'inventory.released' },
    repeat: { firstMs: 30_000, maxMs: 600_000 },
  },
};
