import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inLongForm } from '../promises/support/long-form';
import { AMOUNT_MINOR, PaymentsDesk } from './support/payments-desk';
import { sideBySide } from './support/side-by-side';

const ORDERS = inLongForm(300, 3_000);
const KILLS = inLongForm(4, 20);
const WIDTH = 8;
const WITHIN_MS = 300_000;

describe('a provider that is killed and comes back with its ledger', () => {
  let desk: PaymentsDesk;

  beforeEach(async () => {
    desk = await PaymentsDesk.open();
  });
  afterEach(() => desk.close());

  it(
    `${KILLS} times under ${ORDERS} orders: each is captured once, and each second one refunded once`,
    async () => {
      const orders = desk.orders(ORDERS);
      const between = Math.floor(ORDERS / (KILLS + 1));
      let ended = 0;
      let kills = 0;
      let restarting: Promise<void> = Promise.resolve();
      let interrupted = 0;

      /** In the middle of what the others do; the next one is killed only after this one is back. */
      const killAndRestart = async () => {
        const { code } = await desk.simulator.stop('SIGKILL');
        expect(code).toBeNull();
        kills += 1;
        await desk.restartSimulator();
      };
      const onEnd = () => {
        ended += 1;
        if (ended % between === 0 && ended / between <= KILLS) restarting = restarting.then(killAndRestart);
      };
      await sideBySide([...orders.entries()], WIDTH, async ([number, orderId]) => {
        let runs = await desk.chargeUntilDone(orderId);
        if (number % 2 === 1) runs += (await desk.undoUntilDone(orderId)) - 1;
        if (runs > 1) interrupted += 1;
        onEnd();
      });
      await restarting;
      expect(kills).toBe(KILLS);
      expect(interrupted).toBeGreaterThanOrEqual(KILLS);

      const ledger = await desk.ledger();
      for (const [number, orderId] of orders.entries()) {
        const undone = number % 2 === 1;
        expect(ledger.get(orderId)).toEqual({
          orderId,
          captured: AMOUNT_MINOR,
          captures: 1,
          refunded: undone ? AMOUNT_MINOR : 0,
          refunds: undone ? 1 : 0,
        });
      }
      const undone = Math.floor(ORDERS / 2);
      expect(await desk.answerCounts()).toEqual({
        'payment.completed': { events: ORDERS, orders: ORDERS },
        'payment.refunded': { events: undone, orders: undone },
      });
    },
    WITHIN_MS,
  );
});
