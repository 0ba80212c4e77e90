import { describe, expect, it } from 'vitest';
import {
  canMove,
  isCancellable,
  isReturnable,
  isTerminal,
  type OrderStatus,
  orderStatuses,
} from './order-status';

describe('order status', () => {
  it.each<[OrderStatus, OrderStatus, boolean]>([
    ['pending', 'validated', true],
    ['validated', 'paid', true],
    ['shipped', 'completed', true],
    ['pending', 'shipped', true],
    ['paid', 'validated', false],
    ['paid', 'paid', false],
    ['shipped', 'cancelled', true],
    ['completed', 'cancelled', false],
    ['completed', 'needs_attention', false],
    ['cancelled', 'completed', false],
    ['cancelled', 'needs_attention', false],
    ['needs_attention', 'cancelled', true],
    ['needs_attention', 'completed', false],
    ['completed', 'return_requested', true],
    ['cancelled', 'return_requested', false],
    ['return_requested', 'returned', true],
    ['return_requested', 'return_refused', true],
    ['return_requested', 'completed', false],
    ['return_requested', 'cancelled', false],
    ['return_requested', 'needs_attention', true],
    ['needs_attention', 'returned', true],
    ['needs_attention', 'return_refused', true],
    ['returned', 'cancelled', false],
    ['return_refused', 'return_requested', false],
  ])('%s to %s: %s', (from, to, allowed) => {
    expect(canMove(from, to, 'saga')).toBe(allowed);
  });

  it('goes over stock to payment without a saga, the other way round with one', () => {
    expect(canMove('reserved', 'paid', 'choreography')).toBe(true);
    expect(canMove('paid', 'reserved', 'choreography')).toBe(false);
    expect(canMove('paid', 'reserved', 'saga')).toBe(true);
    expect(canMove('reserved', 'paid', 'saga')).toBe(false);
  });

  it('can be cancelled until it is shipped', () => {
    expect(orderStatuses.filter(isCancellable)).toEqual(['pending', 'validated', 'paid', 'reserved']);
  });

  it('can be returned when it is completed', () => {
    expect(orderStatuses.filter(isReturnable)).toEqual(['completed']);
  });

  it('ends on its way in three ways, and when it is returned in two', () => {
    expect(orderStatuses.filter(isTerminal)).toEqual([
      'completed',
      'cancelled',
      'needs_attention',
      'returned',
      'return_refused',
    ]);
  });
});
