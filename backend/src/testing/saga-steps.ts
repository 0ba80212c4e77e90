import type { EventType, ShopEvent } from '@shop/contracts';
import { randomUUID } from 'node:crypto';
import type { ForwardStep, RemoteStep, SagaDefinition } from '@/infrastructure/saga/saga-definition';

export interface OrderContext {
  readonly orderId: string;
}

export interface Timing {
  readonly deadlineMs: number;
  readonly repeatMs: number;
}

const SLOW: Timing = { deadlineMs: 60_000, repeatMs: 60_000 };

/** Steps that write what they ask for into the reason of a message. */
export const asks = (orderId: string, reason: string) =>
  ({ eventType: 'inventory.release.requested', data: { orderId, reason } }) as const;

export function paymentStep({ deadlineMs, repeatMs }: Timing = SLOW): RemoteStep<OrderContext> {
  return {
    kind: 'remote',
    name: 'payment',
    deadlineMs,
    request: ({ orderId }) => asks(orderId, 'do payment'),
    replies: { done: 'payment.completed', failed: 'payment.failed' },
    undo: {
      request: ({ orderId }) => asks(orderId, 'undo payment'),
      replies: { done: 'payment.refunded', refused: 'payment.refund.failed' },
      repeat: { firstMs: repeatMs, maxMs: repeatMs * 4 },
    },
  };
}

export function shipmentStep(repeatMs = SLOW.repeatMs): ForwardStep<OrderContext> {
  return {
    kind: 'forward',
    name: 'shipment',
    request: ({ orderId }) => asks(orderId, 'do shipment'),
    replies: { done: 'shipment.created', refused: 'shipment.failed' },
    repeat: { firstMs: repeatMs, maxMs: repeatMs * 4 },
  };
}

export const sagaOf = (
  type: string,
  steps: SagaDefinition<OrderContext>['steps'],
  version = 1,
): SagaDefinition<OrderContext> => ({ type, version, lock: 'order', steps });

export function replyOf(eventType: EventType, data: Record<string, unknown> = {}): ShopEvent {
  return { eventId: randomUUID(), eventType, data, schemaVersion: 1 } as unknown as ShopEvent;
}
