import { describe, expect, it } from 'vitest';
import { orderLetter, subjectOf, welcomeLetter } from './mail-templates';
import type { OrderFacts } from './notification';

const order: OrderFacts = {
  orderId: 'order-42',
  userId: 'user-1',
  email: null,
  currency: 'EUR',
  total: 47.6,
  lines: [{ productId: 'prod-001', quantity: 2, price: 19.9 }],
  cancelReason: 'the card was declined',
};

describe('letters', () => {
  it('greet by name where it is known', () => {
    expect(welcomeLetter('Ada').text).toContain('Hello Ada,');
    expect(welcomeLetter(null).text).toContain('Hello,');
  });

  it('tell what was ordered and what it costs', () => {
    const { subject, text } = orderLetter('order-confirmation', order, 'Ada');
    expect(subject).toBe('We have received order order-42');
    expect(text).toContain('2 × prod-001, 19.90 EUR each');
    expect(text).toContain('Total: 47.60 EUR');
  });

  it('tell why an order was cancelled', () => {
    const text = (cancelReason: string) =>
      orderLetter('order-cancelled', { ...order, cancelReason }, null).text;
    expect(text('CARD_DECLINED')).toContain('cancelled: the card was declined.');
    expect(text('changed my mind')).toContain('cancelled: changed my mind.');
  });

  it('do not carry markup of others', () => {
    expect(welcomeLetter('<script>alert(1)</script>').html).not.toContain('<script>');
  });

  it('shorten long ids in the subject', () => {
    const id = '01a203c0-0c9a-7ad0-ada5-4b30f1ed3bb9';
    expect(subjectOf('order-completed', id)).toBe('Done: order f1ed3bb9 is on its way');
  });
});
