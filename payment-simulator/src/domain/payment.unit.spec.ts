import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StripeFailure } from '../errors/stripe-failure.ts';
import { newId } from './ids.ts';
import { Ledger } from './ledger.ts';
import type { PaymentIntent } from './payment-intent.ts';
import { cancelIntent, confirmIntent, draftIntent } from './payment-intent.ts';
import { refundIntent, settleRefund } from './refund.ts';

const AMOUNT = 1_000;

function draft(paymentMethod: string | null = 'pm_card_visa'): PaymentIntent {
  return draftIntent({
    id: 'pi_1',
    secret: 'pi_1_secret',
    amount: AMOUNT,
    currency: 'eur',
    createdAt: 1,
    description: null,
    metadata: { orderId: 'order-1' },
    paymentMethod,
  });
}

const confirm = (intent: PaymentIntent, paymentMethod?: string) =>
  confirmIntent(intent, { charge: 'ch_1', paymentMethod });

const refund = (intent: PaymentIntent, amount?: number) =>
  refundIntent(intent, { id: 're_1', at: 2, amount, reason: null, metadata: {}, refused: false });

describe('a payment', () => {
  it('takes the whole amount when it is confirmed', () => {
    const { intent, declined } = confirm(draft());
    expect(declined).toBe(false);
    expect(intent).toMatchObject({ status: 'succeeded', received: AMOUNT, refunded: 0 });
  });

  it('asks for another card after a decline', () => {
    const { intent, declined } = confirm(draft('pm_card_chargeDeclined'));
    expect(declined).toBe(true);
    expect(intent).toMatchObject({ status: 'requires_payment_method', received: 0, paymentMethod: null });
    expect(confirm(intent, 'pm_card_visa').intent).toMatchObject({ status: 'succeeded', lastDecline: null });
  });

  it('holds its invariants whatever is tried on it', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('confirm' as const),
        card: fc.constantFrom(undefined, 'pm_card_chargeDeclined'),
      }),
      fc.record({ kind: fc.constant('cancel' as const) }),
      fc.record({
        kind: fc.constant('refund' as const),
        amount: fc.option(fc.integer({ min: 1, max: 1_500 })),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const ledger = new Ledger();
        let intent = draft();
        ledger.record(undefined, intent);
        const change = (next: PaymentIntent): void => {
          ledger.record(intent, next);
          intent = next;
        };
        for (const each of steps) {
          const before = intent;
          try {
            if (each.kind === 'confirm') change(confirm(intent, each.card ?? 'pm_card_visa').intent);
            if (each.kind === 'cancel') change(cancelIntent(intent, 3, null));
            if (each.kind === 'refund') {
              const outcome = refund(intent, each.amount ?? undefined);
              change(outcome.intent);
              ledger.recordRefund(outcome.intent, outcome.refund);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(StripeFailure);
            expect(intent).toBe(before);
          }
          const [entry] = ledger.entries('order-1');
          expect(intent.received === 0 || intent.received === AMOUNT).toBe(true);
          expect(intent.refunded).toBeLessThanOrEqual(intent.received);
          expect(intent.status === 'canceled' && intent.received > 0).toBe(false);
          expect(entry).toMatchObject({ captured: intent.received, refunded: intent.refunded });
          expect(entry?.captures).toBe(intent.received > 0 ? 1 : 0);
        }
      }),
    );
  });
});

describe('a pending refund', () => {
  const pending = () => refund(confirm(draft('pm_card_pendingRefund')).intent, 400);

  it('counts against what is left, and not in the ledger', () => {
    const { intent, refund: begun } = pending();
    const ledger = new Ledger();
    ledger.record(undefined, intent);
    ledger.recordRefund(intent, begun);
    expect([begun.status, intent.refunded]).toEqual(['pending', 400]);
    expect(() => refund(intent, 601)).toThrow(StripeFailure);
    expect(ledger.entries('order-1')).toMatchObject([{ refunds: 0, refunded: 0 }]);

    const settled = settleRefund(intent, begun, 'succeeded');
    ledger.recordRefund(settled.intent, settled.refund);
    expect(settled.intent.refunded).toBe(400);
    expect(ledger.entries('order-1')).toMatchObject([{ refunds: 1, refunded: 400 }]);
  });

  it('that fails leaves its amount to be asked for again', () => {
    const { intent, refund: begun } = pending();
    const settled = settleRefund(intent, begun, 'failed');
    expect(settled.refund).toMatchObject({ status: 'failed', failureReason: 'declined' });
    expect(refund(settled.intent).refund.amount).toBe(AMOUNT);
  });
});

describe('the ledger', () => {
  it('keeps payments without an order in sight', () => {
    const ledger = new Ledger();
    const stray = { ...draft(), metadata: {} };
    ledger.record(stray, confirm(stray).intent);
    expect(ledger.entries()).toEqual([
      { orderId: null, captured: AMOUNT, refunded: 0, captures: 1, refunds: 0 },
    ]);
  });

  it('adds the payments of one order up', () => {
    const ledger = new Ledger();
    ledger.record(undefined, confirm(draft()).intent);
    ledger.record(undefined, confirm({ ...draft(), id: 'pi_2' }).intent);
    expect(ledger.entries('order-1')).toMatchObject([{ captures: 2, captured: 2 * AMOUNT }]);
    expect(ledger.totals()).toMatchObject({ orders: 1, captures: 2 });
  });
});

describe('ids', () => {
  it('look like those of Stripe', () => {
    expect(newId.intent()).toMatch(/^pi_3[0-9A-Za-z]{23}$/);
    expect(newId.charge()).toMatch(/^ch_3[0-9A-Za-z]{23}$/);
    expect(newId.refund()).toMatch(/^re_3[0-9A-Za-z]{23}$/);
    expect(new Set(Array.from({ length: 1_000 }, newId.request)).size).toBe(1_000);
  });
});
