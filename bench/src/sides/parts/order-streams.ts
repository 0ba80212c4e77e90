import { randomUUIDv7 } from 'node:crypto';
import type { Parts } from '../../harness/environment.ts';

export interface StreamsParams {
  readonly parts: Parts;
  readonly schema: string;
  readonly orders: number;
  /** Streams whose next event goes into one statement, and streams that are read by one. */
  readonly together: number;
  readonly part: 'append' | 'read';
}

/** What the order service records of an order that goes through. */
export const WAY = ['validated', 'paid', 'reserved', 'shipped', 'completed'] as const;

export interface PlannedEvent {
  readonly id: string;
  readonly version: number;
  readonly event: { readonly type: string; readonly data: unknown };
}

/** In the order of their statements: the first events of some orders, their second ones, and so on. */
export function* batchesOf({ orders, together }: StreamsParams): Generator<readonly PlannedEvent[]> {
  for (let first = 0; first < orders; first += together) {
    const ids = Array.from({ length: Math.min(together, orders - first) }, () => randomUUIDv7());
    yield ids.map((id) => ({ id, version: 1, event: placed(id) }));
    for (const [index, to] of WAY.entries()) {
      const event = { type: 'order.status.changed', data: { to, by: 'order-saga', reason: null } };
      yield ids.map((id) => ({ id, version: index + 2, event }));
    }
  }
}

export const eventsOf = ({ orders }: StreamsParams): number => orders * (WAY.length + 1);

const placed = (orderId: string) => ({
  type: 'order.placed',
  data: {
    order: {
      orderId,
      userId: '0199aa00-0000-7000-8000-000000000001',
      items: [
        { productId: 'prod-001', quantity: 2, price: 12.5 },
        { productId: 'prod-002', quantity: 1, price: 79.9 },
      ],
      totals: { subtotal: 104.9, tax: 19.93, shipping: 0, total: 124.83 },
      createdAt: '2026-01-01T00:00:00.000Z',
      paymentMethod: 'pm_card_visa',
      currency: 'EUR',
      email: 'ada@example.org',
      flow: 'saga',
      shippingAddress: { name: 'Ada', line1: '1 Way', city: 'Dublin', postalCode: 'D01', country: 'IE' },
    },
    origin: 'api',
  },
});
