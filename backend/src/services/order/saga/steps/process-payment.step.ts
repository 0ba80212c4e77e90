import { passingDeclines } from '@shop/contracts';
import type { RemoteStep } from '@/infrastructure/saga/saga-definition';
import type { OrderSagaContext } from '../order-saga.context';

export const processPaymentOnceStep: RemoteStep<OrderSagaContext> = {
  kind: 'remote',
  name: 'payment',
  deadlineMs: 120_000,
  request: ({ order, currency }, deadline) => ({
    eventType: 'payment.requested',
    data: {
      orderId: order.orderId,
      userId: order.userId,
      amount: order.totals.total,
      currency,
      paymentMethod: order.paymentMethod ?? '',
      deadline,
    },
  }),
  replies: { done: 'payment.completed', failed: 'payment.failed' },
  undo: {
    request: ({ order }, { code }) => ({
      eventType: 'payment.refund.requested',
      data: { orderId: order.orderId, reason: code },
    }),
    replies: { done: 'payment.refunded', refused: 'payment.refund.failed' },
    repeat: { firstMs: 30_000, maxMs: 600_000 },
  },
};

export const processPaymentStep: RemoteStep<OrderSagaContext> = {
  ...processPaymentOnceStep,
  retry: { attempts: 3, firstMs: 2_000, maxMs: 20_000, codes: passingDeclines },
};
