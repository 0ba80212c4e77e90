import { describe, expect, it } from 'vitest';
import type { Order } from './order';
import { validateOrder } from './validate-order';

const catalogue = { lamp: { price: 10, sellable: true }, relic: { price: 5, sellable: false } };

const order = (changes: Partial<Order> = {}): Order => ({
  orderId: 'order-1',
  userId: 'user-1',
  items: [{ productId: 'lamp', quantity: 2, price: 10 }],
  totals: { subtotal: 20, tax: 3.8, shipping: 4.95, total: 28.75 },
  createdAt: '2026-01-01T00:00:00.000Z',
  paymentMethod: 'pm_card_visa',
  ...changes,
});

const item = (productId: string, quantity = 2, price = 10) => ({ items: [{ productId, quantity, price }] });

describe('an order that came as an event', () => {
  it('passes when products, prices and totals are right', () => {
    expect(validateOrder(order(), catalogue)).toBeUndefined();
  });

  it.each<[string, Partial<Order>, string]>([
    ['no items', { items: [] }, 'EMPTY_ORDER'],
    ['an unknown product', item('nothing'), 'UNKNOWN_PRODUCT'],
    ['a product named as a property of every object', item('constructor'), 'UNKNOWN_PRODUCT'],
    ['a product that is not sold', item('relic', 4, 5), 'PRODUCT_NOT_SELLABLE'],
    ['a price of its own', item('lamp', 2, 0.01), 'PRICE_MISMATCH'],
    ['a quantity of nothing', item('lamp', 0), 'INVALID_QUANTITY'],
    ['a negative quantity', item('lamp', -1), 'INVALID_QUANTITY'],
    ['a huge quantity', item('lamp', 2_000_000), 'INVALID_QUANTITY'],
    ['a subtotal of its own', { totals: { subtotal: 1, tax: 0, shipping: 0, total: 1 } }, 'TOTALS_MISMATCH'],
    [
      'a total that does not add up',
      { totals: { subtotal: 20, tax: 3, shipping: 0, total: 20 } },
      'TOTALS_MISMATCH',
    ],
    ['negative tax', { totals: { subtotal: 20, tax: -20, shipping: 0, total: 0 } }, 'TOTALS_MISMATCH'],
    ['no way to pay', { paymentMethod: '' }, 'PAYMENT_METHOD_MISSING'],
  ])('is refused for %s', (_, changes, code) => {
    expect(validateOrder(order(changes), catalogue)?.code).toBe(code);
  });
});
