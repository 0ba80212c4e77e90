import { describe, expect, it } from 'vitest';
import { canMove, isCancellable, isTerminal, type OrderStatus, orderStatuses } from './order-status';

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

  it('ends in three ways', () => {
    expect(orderStatuses.filter(isTerminal)).toEqual(['completed', 'cancelled', 'needs_attention']);
  });
});
