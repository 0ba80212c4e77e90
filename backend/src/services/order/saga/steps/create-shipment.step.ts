import type { RemoteStep } from '@/infrastructure/saga/saga-definition';
import type { OrderSagaContext } from '../order-saga.context';

export const createShipmentStep: RemoteStep<OrderSagaContext> = {
  kind: 'remote',
  name: 'shipment',
  deadlineMs: 60_000,
  request: ({ order }, deadline) => ({
    eventType: 'shipment.requested',
    data: {
      orderId: order.orderId,
      userId: order.userId,
      items: order.items.map(({ productId, quantity }) => ({ productId, quantity })),
      deadline,
      ...(order.shippingAddress ? { address: order.shippingAddress } : {}),
    },
  }),
  replies: { done: 'shipment.created', failed: 'shipment.failed' },
  undo: {
    request: ({ order }, { code }) => ({
      eventType: 'shipment.cancel.requested',
      data: { orderId: order.orderId, reason: code },
    }),
    replies: { done: 'shipment.cancelled' },
    repeat: { firstMs: 30_000, maxMs: 600_000 },
  },
};
