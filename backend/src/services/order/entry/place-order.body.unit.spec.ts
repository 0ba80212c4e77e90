import { describe, expect, it } from 'vitest';
import { toFault } from '@/infrastructure/http/validation';
import { placeOrderBody } from './place-order.body';

const good = { items: [{ productId: 'prod-001', quantity: 1 }], paymentMethod: 'pm_card_visa' };
const address = { name: 'A', line1: 'B 1', city: 'C', postalCode: '10000', country: 'DE' };

describe('the body of a new order', () => {
  it('may come with and without an address', () => {
    expect(placeOrderBody.safeParse(good).success).toBe(true);
    expect(placeOrderBody.safeParse({ ...good, shippingAddress: address }).success).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['zero', { ...good, items: [{ productId: 'p', quantity: 0 }] }, 'items[0].quantity'],
    ['a negative quantity', { ...good, items: [{ productId: 'p', quantity: -1 }] }, 'items[0].quantity'],
    ['half a piece', { ...good, items: [{ productId: 'p', quantity: 0.5 }] }, 'items[0].quantity'],
    ['a huge quantity', { ...good, items: [{ productId: 'p', quantity: 1e9 }] }, 'items[0].quantity'],
    ['a quantity in words', { ...good, items: [{ productId: 'p', quantity: '1' }] }, 'items[0].quantity'],
    ['no product', { ...good, items: [good.items[0], { quantity: 1 }] }, 'items[1].productId'],
    ['U+0000', { ...good, items: [{ productId: 'a\0', quantity: 1 }] }, 'items[0].productId'],
    ['no items', { ...good, items: [] }, 'items'],
    ['too many items', { ...good, items: Array(101).fill(good.items[0]) }, 'items'],
    ['no way to pay', { items: good.items }, 'paymentMethod'],
    ['a price of its own', { ...good, items: [{ productId: 'p', quantity: 1, price: 0.01 }] }, 'items[0]'],
    [
      'a country in words',
      { ...good, shippingAddress: { ...address, country: 'Germany' } },
      'shippingAddress.country',
    ],
    [
      'an address without a city',
      { ...good, shippingAddress: { ...address, city: '' } },
      'shippingAddress.city',
    ],
    ['nothing at all', undefined, ''],
  ])('is refused with %s, saying where', (_, body, path) => {
    const parsed = placeOrderBody.safeParse(body);
    expect(parsed.error?.issues.map((issue) => toFault(issue).path)).toContain(path);
  });
});
