import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '@/infrastructure/postgres/sql';
import { eventually } from '@/testing/eventually';
import { AMOUNT_MINOR, PaymentsDesk } from './support/payments-desk';

describe('making an order not paid', () => {
  let desk: PaymentsDesk;

  beforeAll(async () => {
    desk = await PaymentsDesk.open();
  });
  afterEach(() => desk.simulator.faults({ mode: 'none' }));
  afterAll(() => desk.close());

  const newOrder = () => desk.orders(1)[0] as string;

  it('before its payment was seen leaves a tombstone that refuses it, without asking the provider', async () => {
    const orderId = newOrder();
    await desk.undoUntilDone(orderId);
    await desk.chargeUntilDone(orderId);
    expect(await desk.ledgerOf(orderId)).toBeUndefined();
    expect(await desk.answersTo(orderId)).toEqual([
      ['payment.refunded', 0],
      ['payment.failed', 'PAYMENT_CANCELLED'],
    ]);
  });

  it('and its payment wait for each other on the row, also while it is only being written', async () => {
    const orderId = newOrder();
    const tombstoneWritten = Promise.withResolvers<void>();
    const charged = tombstoneWritten.promise.then(() => desk.chargeUntilDone(orderId));
    await desk.state.unitOfWork.run(async () => {
      await desk.payments.lockOrVoid(orderId, 'saga');
      tombstoneWritten.resolve();
      await eventually(
        async () => {
          const waiting = await desk.state.database.row<{ count: number }>(sql`
            select count(*)::int as count from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`);
          return waiting?.count === 1;
        },
        { what: 'the payment to wait for the tombstone' },
      );
    });
    await charged;
    expect(await desk.ledgerOf(orderId)).toBeUndefined();
    expect(await desk.answersTo(orderId)).toEqual([['payment.failed', 'PAYMENT_CANCELLED']]);
  });

  describe('when its refund is refused for good', () => {
    it('says what is at risk, and goes on when it is asked again', async () => {
      const orderId = newOrder();
      await desk.chargeUntilDone(orderId);
      await desk.simulator.faults({ mode: 'decline', operations: ['refund'] });
      await desk.undoUntilDone(orderId);
      expect(await desk.simulator.currentFaults()).toMatchObject({ struck: 1 });
      expect(await desk.state.publishedOf('payment.refund.failed')).toContainEqual(
        expect.objectContaining({ orderId, code: 'REFUND_FAILED', amountAtRisk: 19.99 }),
      );
      expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 0, refunded: 0 });

      await desk.undoUntilDone(orderId);
      expect(await desk.ledgerOf(orderId)).toMatchObject({ refunds: 0, refunded: 0 });
      await desk.simulator.faults({ mode: 'none' });
      await desk.undoUntilDone(orderId);
      expect(await desk.ledgerOf(orderId)).toMatchObject({ refunds: 1, refunded: AMOUNT_MINOR });
      expect((await desk.answersTo(orderId)).slice(1)).toEqual([
        ['payment.refund.failed', 'REFUND_FAILED'],
        ['payment.refund.failed', 'REFUND_FAILED'],
        ['payment.refunded', 19.99],
      ]);
    });

    it('is refused as well as often as it is asked for a card that takes none', async () => {
      const orderId = newOrder();
      await desk.chargeUntilDone(orderId, { paymentMethod: 'pm_card_refundFail' });
      await desk.undoUntilDone(orderId, 'first');
      await desk.undoUntilDone(orderId, 'first');
      await desk.undoUntilDone(orderId);
      expect((await desk.answersTo(orderId)).map(([eventType]) => eventType)).toEqual([
        'payment.completed',
        'payment.refund.failed',
        'payment.refund.failed',
      ]);
      expect(await desk.ledgerOf(orderId)).toMatchObject({ captured: AMOUNT_MINOR, refunds: 0, refunded: 0 });
    });
  });

  it('adds nothing to a refund that a person made by hand', async () => {
    const orderId = newOrder();
    await desk.chargeUntilDone(orderId);
    const [intent] = await desk.intentsOf(orderId);
    await desk.simulator.stripe().refunds.create({ payment_intent: intent?.id ?? '' });
    await desk.undoUntilDone(orderId);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ refunds: 1, refunded: AMOUNT_MINOR });
    expect((await desk.answersTo(orderId)).at(-1)).toEqual(['payment.refunded', 19.99]);
  });

  it('gives back what a person has left of it', async () => {
    const orderId = newOrder();
    await desk.chargeUntilDone(orderId);
    const [intent] = await desk.intentsOf(orderId);
    await desk.simulator.stripe().refunds.create({ payment_intent: intent?.id ?? '', amount: 500 });
    await desk.undoUntilDone(orderId);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captured: AMOUNT_MINOR, refunded: AMOUNT_MINOR });
    expect((await desk.answersTo(orderId)).at(-1)).toEqual(['payment.refunded', 19.99]);
  });
});
