import type { ForwardStep } from '@/infrastructure/saga/saga-definition';
import type { ReturnSagaContext } from '../return-saga.context';

export const restockStep: ForwardStep<ReturnSagaContext> = {
  kind: 'forward',
  name: 'restock',
  request: ({ orderId }) => ({
    eventType: 'inventory.release.requested',
    data: { orderId, reason: 'ORDER_RETURNED' },
  }),
  replies: { done: 'inventory.released' },
  repeat: { firstMs: 30_000, maxMs: 600_000 },
};
