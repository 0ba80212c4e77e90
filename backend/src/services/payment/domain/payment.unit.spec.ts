import { describe, expect, it } from 'vitest';
import { onRequested, onUndoRequested, type PaymentStatus, termsFault } from './payment';

describe('a payment', () => {
  it.each<[PaymentStatus, string, string]>([
    ['open', 'charge', 'make_not_paid'],
    ['succeeded', 'answer_completed', 'make_not_paid'],
    ['failed', 'answer_failed', 'make_not_paid'],
    ['voiding', 'refuse_cancelled', 'make_not_paid'],
    ['voided', 'refuse_cancelled', 'answer_refunded'],
    ['refunded', 'refuse_cancelled', 'answer_refunded'],
    ['refund_refused', 'refuse_cancelled', 'make_not_paid'],
  ])('that is %s: a request leads to %s, its undoing to %s', (status, request, undo) => {
    const payment = { status, failure: null, requests: ['r1'], answered: ['r1', 'u1'] };
    expect(onRequested(payment, 'r2')).toBe(request);
    expect(onUndoRequested(payment, 'u2')).toBe(undo);
    expect(onRequested(payment, 'r1')).toBe('nothing');
    expect(onUndoRequested(payment, 'u1')).toBe(undo === 'answer_refunded' ? 'nothing' : undo);
  });

  it.each([
    ['no whole amount', { amountMinor: undefined, paymentMethod: 'pm', overdue: false }, 'INVALID_AMOUNT'],
    ['nothing to pay', { amountMinor: 0, paymentMethod: 'pm', overdue: false }, 'INVALID_AMOUNT'],
    ['no means of payment', { amountMinor: 1, paymentMethod: '', overdue: false }, 'PAYMENT_METHOD_MISSING'],
    ['a passed deadline', { amountMinor: 1, paymentMethod: 'pm', overdue: true }, 'DEADLINE_PASSED'],
    ['nothing wrong', { amountMinor: 1, paymentMethod: 'pm', overdue: false }, undefined],
  ])('with %s', (_, terms, code) => {
    expect(termsFault(terms)?.code).toBe(code);
  });
});
