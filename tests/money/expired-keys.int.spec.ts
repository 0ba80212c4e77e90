import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { unique } from '@/testing/unique';
import { AMOUNT_MINOR, PaymentsDesk } from './support/payments-desk';

describe('a repeated act whose idempotency key the provider no longer keeps', () => {
  let desk: PaymentsDesk;

  beforeAll(async () => {
    desk = await PaymentsDesk.open({ PAYMENT_SIMULATOR_KEY_SECONDS: '1' });
  });
  afterEach(() => desk.simulator.faults({ mode: 'none' }));
  afterAll(() => desk.close());

  /** The oldest keys go first: when one that was used just now makes something new, the order's is gone too. */
  async function keysAreForgotten(): Promise<void> {
    const stripe = desk.simulator.stripe();
    const probe = () => stripe.paymentIntents.create({ amount: 1, currency: 'eur' }, { idempotencyKey: key });
    const key = unique('probe');
    const { id } = await probe();
    await eventually(async () => (await probe()).id !== id, { what: 'the key to be forgotten' });
  }

  async function losing(operation: 'create' | 'confirm' | 'refund', run: () => Promise<void>): Promise<void> {
    await desk.simulator.faults({ mode: 'lost-reply', operations: [operation] });
    await expect(run()).rejects.toMatchObject({ code: 'PAYMENT_OUTCOME_UNKNOWN' });
    expect(await desk.simulator.currentFaults()).toMatchObject({ struck: 1 });
    await desk.simulator.faults({ mode: 'none' });
    await keysAreForgotten();
  }

  const newOrder = () => desk.orders(1)[0] as string;

  it('creates a second intent, of which one is captured', async () => {
    const orderId = newOrder();
    await losing('create', () => desk.charge(orderId));
    await desk.chargeUntilDone(orderId);
    const statuses = (await desk.intentsOf(orderId)).map(({ status }) => status);
    expect(statuses).toEqual(['succeeded', 'requires_confirmation']);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, captured: AMOUNT_MINOR });
  });

  it('finds the capture without asking for it again', async () => {
    const orderId = newOrder();
    await losing('confirm', () => desk.charge(orderId));
    await desk.chargeUntilDone(orderId);
    expect(await desk.intentsOf(orderId)).toHaveLength(1);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, captured: AMOUNT_MINOR });
    expect(await desk.answersTo(orderId)).toEqual([['payment.completed', 19.99]]);
  });

  it('finds the refund without asking for it again', async () => {
    const orderId = newOrder();
    await desk.chargeUntilDone(orderId);
    await losing('refund', () => desk.undo(orderId));
    await desk.undoUntilDone(orderId);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ refunds: 1, refunded: AMOUNT_MINOR });
    expect((await desk.answersTo(orderId)).at(-1)).toEqual(['payment.refunded', 19.99]);
  });
});
