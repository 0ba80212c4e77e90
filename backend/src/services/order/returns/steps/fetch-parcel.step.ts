import type { RemoteStep } from '@/infrastructure/saga/saga-definition';
import type { ReturnSagaContext } from '../return-saga.context';

const DAY_MS = 86_400_000;

export const fetchParcelStep: RemoteStep<ReturnSagaContext> = {
  kind: 'remote',
  name: 'parcel',
  deadlineMs: 14 * DAY_MS,
  request: ({ orderId, userId }, deadline) => ({
    eventType: 'shipment.return.requested',
    data: { orderId, userId, deadline },
  }),
  replies: { done: 'shipment.returned', failed: 'shipment.return.failed' },
  undo: {
    request: ({ orderId }, { code }) => ({
      eventType: 'shipment.return.cancel.requested',
      data: { orderId, reason: code },
    }),
    replies: { done: 'shipment.return.cancelled' },
    repeat: { firstMs: 30_000, maxMs: 600_000 },
  },
};
