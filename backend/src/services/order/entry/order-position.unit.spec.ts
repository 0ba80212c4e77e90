import { describe, expect, it } from 'vitest';
import { isOrderPosition, orderPositionOf } from './order-position';

describe('a position in a list of orders', () => {
  it('is what the database gave out', () => {
    const text = JSON.stringify({ createdAt: '1795365000123456', orderId: 'o' });
    expect(isOrderPosition(text)).toBe(true);
    expect(orderPositionOf(text)).toEqual({ createdAt: '1795365000123456', orderId: 'o' });
  });

  it.each([
    '',
    '7',
    '{}',
    '{"createdAt":"now()","orderId":"o"}',
    '{"createdAt":"infinity","orderId":"o"}',
    '{"createdAt":"2026-02-30 10:00:00+00","orderId":"o"}',
    '{"createdAt":"99999999999999999","orderId":"o"}',
    '{"createdAt":"1795365000123456","orderId":"a\\u0000"}',
    '{"createdAt":"1795365000123456","orderId":""}',
  ])('%s is none', (text) => {
    expect(isOrderPosition(text)).toBe(false);
  });
});
