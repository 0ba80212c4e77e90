import { describe, expect, it } from 'vitest';
import { FREE_SHIPPING_FROM, priceOrder, SHIPPING_FLAT } from './pricing';

const line = (price: number, quantity = 1) => ({ productId: 'p', price, quantity });

describe('the price of an order', () => {
  it('is goods, shipping and tax on both', () => {
    expect(priceOrder([line(1000, 2), line(499)], { shipped: true })).toEqual({
      subtotal: 2499,
      shipping: SHIPPING_FLAT,
      tax: 569,
      total: 2499 + SHIPPING_FLAT + 569,
    });
  });

  it('rounds tax half up, once', () => {
    expect(priceOrder([line(50)], { shipped: false }).tax).toBe(10);
    expect(priceOrder([line(2), line(1)], { shipped: false }).tax).toBe(1);
  });

  it('ships free from a subtotal on, and what is picked up', () => {
    expect(priceOrder([line(FREE_SHIPPING_FROM - 1)], { shipped: true }).shipping).toBe(SHIPPING_FLAT);
    expect(priceOrder([line(FREE_SHIPPING_FROM)], { shipped: true }).shipping).toBe(0);
    expect(priceOrder([line(1)], { shipped: false }).shipping).toBe(0);
  });

  it('always adds up in whole units', () => {
    for (let price = 1; price < 20_000; price += 137) {
      const { subtotal, tax, shipping, total } = priceOrder([line(price, 3)], { shipped: true });
      expect(total).toBe(subtotal + tax + shipping);
      expect(Number.isSafeInteger(total)).toBe(true);
    }
  });
});
