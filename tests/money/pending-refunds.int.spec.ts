import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AMOUNT_MINOR, PaymentsDesk } from './support/payments-desk';

const PART_MINOR = 500;

describe('a refund that the bank has not decided about', () => {
  let desk: PaymentsDesk;

  beforeAll(async () => {
    desk = await PaymentsDesk.open();
  });
  afterAll(() => desk.close());

  /** A captured order whose refunds are pending at first. */
  async function paid(): Promise<string> {
    const orderId = desk.orders(1)[0] as string;
    await desk.chargeUntilDone(orderId, { paymentMethod: 'pm_card_pendingRefund' });
    return orderId;
  }

  async function refundedByHand(orderId: string, amount: number): Promise<string> {
    const [intent] = await desk.intentsOf(orderId);
    const refund = await desk.simulator.stripe().refunds.create({ payment_intent: intent?.id ?? '', amount });
    expect(refund.status).toBe('pending');
    return refund.id;
  }

  /** Newest first. */
  async function refundsOf(orderId: string) {
    const [intent] = await desk.intentsOf(orderId);
    const { data } = await desk.simulator.stripe().refunds.list({ payment_intent: intent?.id ?? '' });
    return data.map(({ id, amount, status }) => ({ id, amount, status }));
  }

  async function settle(id: string, status: 'succeeded' | 'failed'): Promise<void> {
    expect((await desk.simulator.settleRefund(id, status)).status).toBe(200);
  }

  const answersToUndo = async (orderId: string) => (await desk.answersTo(orderId)).slice(1);

  it('is neither doubled nor answered, however often it is asked for, until it is decided', async () => {
    const orderId = await paid();
    for (let day = 0; day < 5; day += 1) expect(await desk.undoUntilDone(orderId)).toBe(1);
    const [refund, ...others] = await refundsOf(orderId);
    expect([refund, others]).toMatchObject([{ amount: AMOUNT_MINOR, status: 'pending' }, []]);
    expect(await answersToUndo(orderId)).toEqual([]);

    await settle(refund?.id ?? '', 'succeeded');
    await desk.undoUntilDone(orderId);
    expect(await answersToUndo(orderId)).toEqual([['payment.refunded', 19.99]]);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ refunds: 1, refunded: AMOUNT_MINOR });
  });

  it('and fails then, is told as money at risk, and asked for anew by the next request', async () => {
    const orderId = await paid();
    await desk.undoUntilDone(orderId);
    const [refund] = await refundsOf(orderId);
    await settle(refund?.id ?? '', 'failed');
    await desk.undoUntilDone(orderId);
    expect(await answersToUndo(orderId)).toEqual([['payment.refund.failed', 'REFUND_FAILED']]);

    await desk.undoUntilDone(orderId);
    const [second] = await refundsOf(orderId);
    await settle(second?.id ?? '', 'succeeded');
    await desk.undoUntilDone(orderId);
    expect((await answersToUndo(orderId)).at(-1)).toEqual(['payment.refunded', 19.99]);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ refunds: 1, refunded: AMOUNT_MINOR });
  });

  it('was a part that a person made by hand, and fails: what is left of it is given back, too', async () => {
    const orderId = await paid();
    const byHand = await refundedByHand(orderId, PART_MINOR);
    await desk.undoUntilDone(orderId);
    const [rest] = await refundsOf(orderId);
    expect(rest).toMatchObject({ amount: AMOUNT_MINOR - PART_MINOR, status: 'pending' });
    await settle(byHand, 'failed');
    await settle(rest?.id ?? '', 'succeeded');

    await desk.undoUntilDone(orderId);
    const [last] = await refundsOf(orderId);
    expect(last).toMatchObject({ amount: PART_MINOR, status: 'pending' });
    expect(await answersToUndo(orderId)).toEqual([]);
    await settle(last?.id ?? '', 'succeeded');
    await desk.undoUntilDone(orderId);
    expect(await answersToUndo(orderId)).toEqual([['payment.refunded', 19.99]]);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ refunds: 2, refunded: AMOUNT_MINOR });
  });
});
