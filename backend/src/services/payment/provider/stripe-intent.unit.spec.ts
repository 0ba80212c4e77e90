import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { refusalOf, toIntent } from './stripe-intent';

const intent = (changes: Record<string, unknown>) =>
  ({
    id: 'pi_1',
    status: 'succeeded',
    amount_received: 0,
    last_payment_error: null,
    ...changes,
  }) as unknown as Stripe.PaymentIntent;

describe('a payment intent', () => {
  it.each([
    ['requires_confirmation', 'open'],
    ['requires_payment_method', 'declined'],
    ['requires_action', 'action'],
    ['processing', 'processing'],
    ['succeeded', 'succeeded'],
    ['canceled', 'cancelled'],
    ['a status of tomorrow', 'processing'],
  ])('%s is %s', (status, state) => {
    expect(toIntent(intent({ status })).state).toBe(state);
  });

  it('says why it was declined', () => {
    const error = { code: 'card_declined', decline_code: 'insufficient_funds', message: 'Not enough.' };
    expect(
      toIntent(intent({ status: 'requires_payment_method', last_payment_error: error })).refusal,
    ).toEqual({
      code: 'INSUFFICIENT_FUNDS',
      message: 'Not enough.',
    });
  });

  it.each([
    [{ code: 'card_declined', decline_code: 'generic_decline' }, 'CARD_DECLINED'],
    [{ code: 'expired_card' }, 'EXPIRED_CARD'],
    [{}, 'PAYMENT_FAILED'],
  ])('%j is %s', (failure, code) => {
    expect(refusalOf(failure).code).toBe(code);
  });
});
