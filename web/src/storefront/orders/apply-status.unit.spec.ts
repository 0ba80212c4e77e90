import { describe, expect, it } from 'vitest';
import type { Order } from '@/api/shop.types';
import { applyStatus, readStatusEvent } from './apply-status';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const order: Order = {
  orderId: 'o-1',
  status: 'pending',
  items: [],
  totals: { subtotal: 1, tax: 0, shipping: 0, total: 1 },
  currency: 'EUR',
  createdAt: at(0),
  reason: null,
  history: [{ status: 'pending', at: at(0) }],
};
const event = (status: string, second: number) => ({ orderId: 'o-1', status, at: at(second) });

describe('a status event', () => {
  it('moves the order on', () => {
    const moved = applyStatus(order, event('validated', 1));
    expect(moved.status).toBe('validated');
    expect(moved.history.map(({ status }) => status)).toEqual(['pending', 'validated']);
  });

  it('counts once', () => {
    const once = applyStatus(order, event('validated', 1));
    expect(applyStatus(once, event('validated', 1))).toBe(once);
  });

  it('that comes late is recorded in its place and does not turn the order back', () => {
    const paid = applyStatus(order, event('paid', 2));
    const late = applyStatus(paid, event('validated', 1));
    expect(late.status).toBe('paid');
    expect(late.history.map(({ status }) => status)).toEqual(['pending', 'validated', 'paid']);
  });

  it('may end an order from anywhere', () => {
    expect(applyStatus(applyStatus(order, event('reserved', 2)), event('cancelled', 3)).status).toBe(
      'cancelled',
    );
  });

  it('without an order or a status is none', () => {
    expect(readStatusEvent('{"status":"paid"}')).toBeNull();
    expect(readStatusEvent('not json')).toBeNull();
    expect(readStatusEvent('null')).toBeNull();
    expect(readStatusEvent(JSON.stringify(event('paid', 1)))).toEqual(event('paid', 1));
  });
});
