import type { ForwardStep } from '@/infrastructure/saga/saga-definition';
import type { ReturnSagaContext } from '../return-saga.context';

export const refundStep: ForwardStep<ReturnSagaContext> = {
  kind: 'forward',
  name: 'refund',
  request: ({ orderId }) => ({
    eventType: 'payment.refund.requested',
    data: { orderId, reason: 'ORDER_RETURNED' },
  }),
  replies: { done: 'payment.refunded', refused: 'payment.refund.failed' },
  repeat: { firstMs: 30_000, maxMs: 600_000 },
};
