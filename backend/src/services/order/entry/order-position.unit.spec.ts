import { describe, expect, it } from 'vitest';
import { isOrderPosition, orderPositionOf } from './order-position';

describe('a position in a list of orders', () => {
  it('is what the database gave out', () => {
    const text = JSON.stringify({ createdAt: '2026-11-22 15:00:00.123456+00', orderId: 'o' });
    expect(isOrderPosition(text)).toBe(true);
    expect(orderPositionOf(text)).toEqual({ createdAt: '2026-11-22 15:00:00.123456+00', orderId: 'o' });
  });

  it.each(['', '7', '{}', '{"createdAt":"now()","orderId":"o"}', '{"createdAt":"infinity","orderId":"o"}'])(
    '%s is none',
    (text) => {
      expect(isOrderPosition(text)).toBe(false);
    },
  );
});
