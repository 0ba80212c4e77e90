import { beforeEach, describe, expect, it } from 'vitest';
import type { OrderRequest } from '@/api/shop.types';
import { endAttempt, idempotencyKeyOf } from './checkout-attempt';

const order: OrderRequest = {
  items: [{ productId: 'prod-1', quantity: 1 }],
  paymentMethod: 'pm_card_visa',
  shippingAddress: { name: 'N', line1: 'L', city: 'C', postalCode: '1', country: 'DE' },
};
let made = 0;
const newKey = (): string => `key-${++made}`;

beforeEach(() => {
  sessionStorage.clear();
  made = 0;
});

describe('the idempotency key of a checkout', () => {
  it('stays for a second try of the same order', () => {
    expect([idempotencyKeyOf(order, newKey), idempotencyKeyOf({ ...order }, newKey)]).toEqual([
      'key-1',
      'key-1',
    ]);
  });

  it('is another one for a changed order', () => {
    idempotencyKeyOf(order, newKey);
    expect(idempotencyKeyOf({ ...order, paymentMethod: 'pm_card_chargeDeclined' }, newKey)).toBe('key-2');
  });

  it('is another one after the order was placed', () => {
    idempotencyKeyOf(order, newKey);
    endAttempt();
    expect(idempotencyKeyOf(order, newKey)).toBe('key-2');
  });
});
