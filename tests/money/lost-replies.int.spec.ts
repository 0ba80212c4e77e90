import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inLongForm } from '../promises/support/long-form';
import { AMOUNT_MINOR, PaymentsDesk } from './support/payments-desk';
import { sideBySide } from './support/side-by-side';

const ORDERS = inLongForm(1_000, 5_000);
/** Fewer than the failures in a row that make the provider count as away. */
const WIDTH = 4;
const WITHIN_MS = 240_000;

describe(`${ORDERS} replies lost on their way back`, () => {
  let desk: PaymentsDesk;

  beforeEach(async () => {
    desk = await PaymentsDesk.open();
  });
  afterEach(() => desk.close());

  const struck = async () => (await desk.simulator.currentFaults()).struck;

  it(
    'after the capture: each order is captured once',
    async () => {
      const orders = desk.orders(ORDERS);
      await desk.simulator.faults({ mode: 'lost-reply', rate: 1, operations: ['confirm'] });
      const runs = await sideBySide(orders, WIDTH, (orderId) => desk.chargeUntilDone(orderId));
      expect(await struck()).toBe(ORDERS);
      expect(Math.min(...runs)).toBeGreaterThan(1);

      const ledger = await desk.ledger();
      expect(ledger.size).toBe(ORDERS);
      for (const orderId of orders) {
        expect(ledger.get(orderId)).toMatchObject({ captures: 1, captured: AMOUNT_MINOR, refunds: 0 });
      }
      expect(await desk.answerCounts()).toEqual({ 'payment.completed': { events: ORDERS, orders: ORDERS } });
    },
    WITHIN_MS,
  );

  it(
    'after the refund: each order is refunded once',
    async () => {
      const orders = desk.orders(ORDERS);
      await sideBySide(orders, WIDTH, (orderId) => desk.chargeUntilDone(orderId));
      await desk.simulator.faults({ mode: 'lost-reply', rate: 1, operations: ['refund'] });
      const runs = await sideBySide(orders, WIDTH, (orderId) => desk.undoUntilDone(orderId));
      expect(await struck()).toBe(ORDERS);
      expect(Math.min(...runs)).toBeGreaterThan(1);

      const ledger = await desk.ledger();
      expect(ledger.size).toBe(ORDERS);
      for (const orderId of orders) {
        expect(ledger.get(orderId)).toMatchObject({ captures: 1, refunds: 1, refunded: AMOUNT_MINOR });
      }
      expect(await desk.answerCounts()).toMatchObject({
        'payment.refunded': { events: ORDERS, orders: ORDERS },
      });
    },
    WITHIN_MS,
  );
});
