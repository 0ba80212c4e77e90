import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { AMOUNT_MINOR, PaymentsDesk } from './support/payments-desk';

const PASSED = Date.UTC(2020, 0, 1);

describe('a payment around its deadline', () => {
  let desk: PaymentsDesk;

  beforeAll(async () => {
    desk = await PaymentsDesk.open();
  });
  afterEach(() => desk.simulator.faults({ mode: 'none' }));
  afterAll(() => desk.close());

  const newOrder = () => desk.orders(1)[0] as string;
  const struck = async () => (await desk.simulator.currentFaults()).struck;

  it('is not begun after it', async () => {
    const orderId = newOrder();
    await desk.chargeUntilDone(orderId, { deadline: PASSED });
    expect(await desk.ledgerOf(orderId)).toBeUndefined();
    expect(await desk.answersTo(orderId)).toEqual([['payment.failed', 'DEADLINE_PASSED']]);
  });

  it('is not captured after it when it had begun, and cannot be any more', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'error', operations: ['confirm'] });
    await expect(desk.charge(orderId)).rejects.toMatchObject({ code: 'PAYMENT_OUTCOME_UNKNOWN' });
    expect(await struck()).toBe(1);
    await desk.simulator.faults({ mode: 'none' });
    await desk.chargeUntilDone(orderId, { deadline: PASSED });
    expect((await desk.intentsOf(orderId)).map(({ status }) => status)).toEqual(['canceled']);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 0 });
    expect(await desk.answersTo(orderId)).toEqual([['payment.failed', 'DEADLINE_PASSED']]);
  });

  it('is told as captured after it when it was captured before, and is then undone', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'lost-reply', operations: ['confirm'] });
    await expect(desk.charge(orderId)).rejects.toMatchObject({ code: 'PAYMENT_OUTCOME_UNKNOWN' });
    expect(await struck()).toBe(1);
    await desk.chargeUntilDone(orderId, { deadline: PASSED });
    await desk.undoUntilDone(orderId);
    expect(await desk.answersTo(orderId)).toEqual([
      ['payment.completed', 19.99],
      ['payment.refunded', 19.99],
    ]);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 1, refunded: AMOUNT_MINOR });
  });

  it('cannot be captured late by a confirmation that was under way when it was taken back', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'delay', delayMs: 1_000, operations: ['confirm'] });
    const confirming = refusalOf(desk.charge(orderId));
    await eventually(async () => (await struck()) === 1, { what: 'the confirmation to be held back' });
    await desk.undoUntilDone(orderId);
    expect(await confirming).toMatchObject({ code: 'PAYMENT_INTENT_MOVED', retryable: true });
    await desk.chargeUntilDone(orderId);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 0, refunds: 0 });
    expect(await desk.answersTo(orderId)).toEqual([
      ['payment.refunded', 0],
      ['payment.failed', 'PAYMENT_CANCELLED'],
    ]);
  });

  it('is refunded when the capture came in between', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'error', operations: ['confirm'] });
    await expect(desk.charge(orderId)).rejects.toMatchObject({ code: 'PAYMENT_OUTCOME_UNKNOWN' });
    await desk.simulator.faults({ mode: 'delay', delayMs: 1_000, operations: ['cancel'] });
    const undoing = refusalOf(desk.undo(orderId));
    await eventually(async () => (await struck()) === 1, { what: 'the cancellation to be held back' });
    const [intent] = await desk.intentsOf(orderId);
    await desk.simulator.stripe().paymentIntents.confirm(intent?.id ?? '');
    expect(await undoing).toMatchObject({ code: 'PAYMENT_INTENT_MOVED', retryable: true });
    await desk.undoUntilDone(orderId);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 1, refunded: AMOUNT_MINOR });
    expect(await desk.answersTo(orderId)).toEqual([['payment.refunded', 19.99]]);
  });
});

/** What it is refused with, whenever that comes. */
function refusalOf(running: Promise<unknown>): Promise<unknown> {
  return running.then(
    () => undefined,
    (error: unknown) => error,
  );
}
