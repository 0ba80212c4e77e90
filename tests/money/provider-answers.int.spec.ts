import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { failureOf } from '../../payment-simulator/src/testing/stripe-failure-of.ts';
import { AMOUNT_MINOR, PaymentsDesk } from './support/payments-desk';

const UNKNOWN = 'PAYMENT_OUTCOME_UNKNOWN';

let desk: PaymentsDesk;

beforeAll(async () => {
  desk = await PaymentsDesk.open();
});
afterEach(() => desk.simulator.faults({ mode: 'none' }));
afterAll(() => desk.close());

const newOrder = () => desk.orders(1)[0] as string;
const struck = async () => (await desk.simulator.currentFaults()).struck;
const because = (statusCode: number) =>
  expect.objectContaining({ code: UNKNOWN, cause: expect.objectContaining({ statusCode }) });

describe('a 500 that the provider keeps under its key', () => {
  it('of a creation: the next key leads to the payment', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'error', operations: ['create'] });
    await expect(desk.charge(orderId)).rejects.toEqual(because(500));
    await desk.simulator.faults({ mode: 'none' });
    expect(await desk.chargeUntilDone(orderId)).toBe(1);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, captured: AMOUNT_MINOR });
    expect(await desk.answersTo(orderId)).toEqual([['payment.completed', 19.99]]);
  });

  it('of a confirmation: it is looked up, and confirmed under the next key', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'error', operations: ['confirm'] });
    await expect(desk.charge(orderId)).rejects.toEqual(because(500));
    expect(await struck()).toBe(1);
    await desk.simulator.faults({ mode: 'none' });
    const [intent] = await desk.intentsOf(orderId);
    const again = await failureOf(
      desk.simulator
        .stripe()
        .paymentIntents.confirm(intent?.id ?? '', {}, { idempotencyKey: `${orderId}:payment:1:confirm` }),
    );
    expect([again.statusCode, again.headers?.['idempotent-replayed']]).toEqual([500, 'true']);

    expect(await desk.chargeUntilDone(orderId)).toBe(1);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, captured: AMOUNT_MINOR });
    expect(await desk.intentsOf(orderId)).toHaveLength(1);
  });

  it.each([
    ['refund', true, { captures: 1, refunds: 1 }, 19.99],
    ['cancel', false, { captures: 0, refunds: 0 }, 0],
  ] as const)('of a %s: the next key leads to its end', async (operation, paid, booked, amount) => {
    const orderId = newOrder();
    if (paid) {
      await desk.chargeUntilDone(orderId);
    } else {
      await desk.simulator.faults({ mode: 'error', operations: ['confirm'] });
      await expect(desk.charge(orderId)).rejects.toEqual(because(500));
    }
    await desk.simulator.faults({ mode: 'error', operations: [operation] });
    await expect(desk.undo(orderId)).rejects.toEqual(because(500));
    expect(await struck()).toBe(1);
    await desk.simulator.faults({ mode: 'none' });
    expect(await desk.undoUntilDone(orderId)).toBe(1);
    expect(await desk.ledgerOf(orderId)).toMatchObject(booked);
    expect((await desk.answersTo(orderId)).at(-1)).toEqual(['payment.refunded', amount]);
  });
});

describe('a 409, since the key is in use', () => {
  it('says nothing about the payment, which the run before brings to its end', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'delay', delayMs: 1_500, operations: ['confirm'] });
    const first = desk.charge(orderId);
    await eventually(async () => (await struck()) === 1, { what: 'the confirmation to be held back' });
    await expect(desk.charge(orderId)).rejects.toEqual(because(409));
    expect(await desk.answersTo(orderId)).toEqual([]);
    await first;
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, captured: AMOUNT_MINOR });
    expect(await desk.answersTo(orderId)).toEqual([['payment.completed', 19.99]]);
  });

  it('of a refund does neither', async () => {
    const orderId = newOrder();
    await desk.chargeUntilDone(orderId);
    await desk.simulator.faults({ mode: 'delay', delayMs: 1_500, operations: ['refund'] });
    const first = desk.undo(orderId);
    await eventually(async () => (await struck()) === 1, { what: 'the refund to be held back' });
    await expect(desk.undo(orderId)).rejects.toEqual(because(409));
    await first;
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 1, refunded: AMOUNT_MINOR });
  });
});

describe('a key that the provider knows by other parameters', () => {
  it('is left for the next one', async () => {
    const orderId = newOrder();
    await desk.simulator
      .stripe()
      .paymentIntents.create(
        { amount: 1, currency: 'eur' },
        { idempotencyKey: `${orderId}:payment:1:create` },
      );
    await expect(desk.charge(orderId)).rejects.toEqual(because(400));
    expect(await desk.chargeUntilDone(orderId)).toBe(1);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, captured: AMOUNT_MINOR });
  });
});

describe('a decline that may pass', () => {
  it('fails the attempt for good; a new request makes the next one, the old one does not', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'decline', declineCode: 'try_again_later' });
    await desk.chargeUntilDone(orderId, { requestId: 'first' });
    expect(await struck()).toBe(1);
    await desk.simulator.faults({ mode: 'none' });
    await desk.chargeUntilDone(orderId, { requestId: 'first' });
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 0 });

    await desk.chargeUntilDone(orderId, { requestId: 'second' });
    await desk.chargeUntilDone(orderId, { requestId: 'first' });
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 1, captured: AMOUNT_MINOR });
    expect(await desk.answersTo(orderId)).toEqual([
      ['payment.failed', 'TRY_AGAIN_LATER'],
      ['payment.completed', 19.99],
    ]);
    await desk.undoUntilDone(orderId);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ refunds: 1, refunded: AMOUNT_MINOR });
  });

  it('is undone without a refund', async () => {
    const orderId = newOrder();
    await desk.chargeUntilDone(orderId, { paymentMethod: 'pm_card_chargeDeclinedProcessingError' });
    await desk.undoUntilDone(orderId);
    expect(await desk.answersTo(orderId)).toEqual([
      ['payment.failed', 'PROCESSING_ERROR'],
      ['payment.refunded', 0],
    ]);
    expect((await desk.intentsOf(orderId)).map(({ status }) => status)).toEqual(['canceled']);
  });

  it('is not tried again for any other decline', async () => {
    const orderId = newOrder();
    await desk.simulator.faults({ mode: 'decline' });
    await desk.chargeUntilDone(orderId, { requestId: 'first' });
    expect(await struck()).toBe(1);
    await desk.simulator.faults({ mode: 'none' });
    await desk.chargeUntilDone(orderId, { requestId: 'second' });
    expect(await desk.answersTo(orderId)).toEqual([
      ['payment.failed', 'CARD_DECLINED'],
      ['payment.failed', 'CARD_DECLINED'],
    ]);
    expect(await desk.ledgerOf(orderId)).toMatchObject({ captures: 0 });
  });
});
