import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { type Flow, FLOWS } from '../crash-points/order-kinds';
import type { OrderWish } from '../support/customer';
import { foreignEmbeddedLog } from '../support/foreign-log';
import { FlowShop } from './flow-shop';

const UNDONE = ['shipment.cancelled', 'payment.refunded', 'payment.refund.failed', 'inventory.released'];
/** A saga asks for it; without one each service hears by itself that a later step has failed. */
const ASKED = ['shipment.cancel.requested', 'payment.refund.requested', 'inventory.release.requested'];
const BEYOND_THE_CARRIER = { name: 'Z', line1: '1', city: 'Z', postalCode: '0', country: 'ZZ' };
const [MUG, SCARCE] = ['prod-005', 'prod-007'] as const;
const mugs = (quantity: number) => ({ productId: MUG, quantity });

interface Failure {
  readonly name: string;
  readonly wish: OrderWish;
  readonly failed: string;
  readonly status: 'cancelled' | 'needs_attention';
  /** What each flow has done by then, and takes back. */
  readonly undone: Readonly<Record<Flow, readonly string[]>>;
  readonly movements: Readonly<Record<Flow, readonly string[]>>;
  readonly captures: Readonly<Record<Flow, number>>;
}

const bothWays = (quantity: number) => [`reserve 1 ${MUG} ${quantity}`, `release 1 ${MUG} ${quantity}`];
const inBoth = <T>(value: T): Record<Flow, T> => ({ saga: value, choreography: value });

const FAILURES: readonly Failure[] = [
  {
    name: 'the bank declines',
    wish: { items: [mugs(2)], paymentMethod: 'pm_card_chargeDeclined' },
    failed: 'payment.failed',
    status: 'cancelled',
    undone: { saga: [], choreography: ['inventory.released'] },
    movements: { saga: [], choreography: bothWays(2) },
    captures: inBoth(0),
  },
  {
    name: 'one of its products is short',
    wish: { items: [mugs(2), { productId: SCARCE, quantity: 1_000 }] },
    failed: 'inventory.reservation.failed',
    status: 'cancelled',
    undone: { saga: ['payment.refunded'], choreography: [] },
    movements: { saga: [], choreography: bothWays(2) },
    captures: { saga: 1, choreography: 0 },
  },
  {
    name: 'the carrier refuses',
    wish: { items: [mugs(2)], shippingAddress: BEYOND_THE_CARRIER },
    failed: 'shipment.failed',
    status: 'cancelled',
    undone: inBoth(['inventory.released', 'payment.refunded']),
    movements: inBoth(bothWays(2)),
    captures: inBoth(1),
  },
  {
    name: 'the carrier refuses and the refund is refused for good',
    wish: {
      items: [mugs(2)],
      shippingAddress: BEYOND_THE_CARRIER,
      paymentMethod: 'pm_card_refundFail',
    },
    failed: 'shipment.failed',
    status: 'needs_attention',
    undone: inBoth(['inventory.released', 'payment.refund.failed']),
    movements: inBoth(bothWays(2)),
    captures: inBoth(1),
  },
];

describe.each(FLOWS)('orders with the stamp %s', (flow) => {
  let shop: FlowShop;
  /** What was taken back of each order that failed. */
  const ended = new Map<string, readonly string[]>();

  beforeAll(async () => {
    shop = await FlowShop.start(flow);
  });
  afterAll(() => shop?.stop());

  it.each(FAILURES)('when $name: what was done before is taken back, and nothing else', async (failure) => {
    const before = await shop.level(MUG);
    const orderId = await shop.place(failure.wish);
    expect(await shop.until([orderId])).toEqual([failure.status]);
    await shop.reader.waitFor(failure.failed, orderId);

    const undone = failure.undone[flow];
    for (const type of undone) await shop.reader.waitFor(type, orderId);
    ended.set(orderId, undone);
    expect(await shop.movementsOf(orderId)).toEqual(failure.movements[flow]);
    expect(await shop.level(MUG)).toEqual(before);
    const { captured, refunded, captures, refunds } = await shop.ledgerOf(orderId);
    expect(captures).toBe(failure.captures[flow]);
    const told = await shop.whereIs(orderId);
    const is = flow === 'saga' && failure.status === 'cancelled' ? 'compensated' : failure.status;
    expect(told).toContain(`order ${orderId}  ${is.replaceAll('_', ' ')}`);
    expect(told).toMatch(flow === 'saga' ? `order:${orderId} (order, version` : 'saga        none');
    expect(told).toMatch(/turned back [A-Z_]+: /);
    const kept = failure.status === 'needs_attention';
    expect([refunds, refunded]).toEqual(kept ? [0, 0] : [captures, captured]);
  });

  it('a product that stands in an order twice is taken once, as their sum', async () => {
    const before = await shop.level(MUG);
    const orderId = await shop.place({ items: [mugs(1), { productId: 'prod-003', quantity: 1 }, mugs(2)] });
    expect(await shop.until([orderId])).toEqual(['completed']);
    const taken = [`reserve 1 prod-003 1`, `reserve 1 ${MUG} 3`, `sale 1 prod-003 1`, `sale 1 ${MUG} 3`];
    await eventually(async () => (await shop.movementsOf(orderId)).length === taken.length);
    expect(await shop.movementsOf(orderId)).toEqual(taken);
    expect(await shop.level(MUG)).toEqual({ ...before, available: (before?.available ?? 0) - 3 });
    expect(await shop.ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: 0 });
  });

  it('of 200 buyers who come at once 10 get the last 10 pieces, the others their money; one alert', async () => {
    expect(await shop.level(SCARCE)).toEqual({ available: 10, reserved: 0 });
    const wish = { items: [{ productId: SCARCE, quantity: 1 }] };
    const orderIds = await Promise.all(Array.from({ length: 200 }, () => shop.place(wish)));
    const ends = await shop.until(orderIds);
    const completed = orderIds.filter((_, index) => ends[index] === 'completed');
    expect(completed).toHaveLength(10);
    expect(ends.filter((status) => status === 'cancelled')).toHaveLength(190);

    await eventually(async () => (await shop.level(SCARCE))?.reserved === 0, { what: 'the last sale' });
    expect(await shop.level(SCARCE)).toEqual({ available: 0, reserved: 0 });
    const taken = [`reserve 1 ${SCARCE} 1`, `sale 1 ${SCARCE} 1`];
    for (const orderId of orderIds) {
      const won = completed.includes(orderId);
      expect(await shop.movementsOf(orderId)).toEqual(won ? taken : []);
      const { captured, refunded, captures, refunds } = await shop.ledgerOf(orderId);
      expect(captures - refunds).toBe(won ? 1 : 0);
      expect(captured > refunded).toBe(won);
    }
    await shop.reader.waitFor('inventory.stock.low', SCARCE);
    const alerts = shop.reader.typesOf(SCARCE).filter((type) => type === 'inventory.stock.low');
    expect(alerts).toHaveLength(1);
  });

  describe('while nobody makes parcels', () => {
    let late: string;
    let inTime: string;

    const held = async () => {
      const orderId = await shop.place({ items: [mugs(2)] });
      await shop.until([orderId], [flow === 'saga' ? 'reserved' : 'paid']);
      return orderId;
    };
    const sold = [...bothWays(2), `reserve 2 ${MUG} 2`, `sale 2 ${MUG} 2`];

    /** By another program's events, some of which come twice. */
    const reserveAgain = async (orderId: string) => {
      const { partition } = await shop.reader.waitFor('inventory.reserved', orderId);
      const log = foreignEmbeddedLog(shop.databaseUrl);
      const put = async (eventType: string, more: object) => {
        const value = JSON.stringify({ eventType, data: { orderId, ...more } });
        const headers = { 'x-order-flow': flow };
        await log.put({ topic: 'inventory-events', partition, key: orderId, headers, value });
      };
      const release = () => put('inventory.release.requested', { reason: 'ELSEWHERE', attempt: 1 });
      const deadline = new Date(Date.now() + 60_000).toISOString();
      const reserve = () =>
        put('inventory.reservation.requested', { items: [mugs(2)], deadline, attempt: 2 });
      for (const ask of [release, reserve, reserve, release]) await ask();
      const answers = () =>
        shop.reader
          .typesOf(orderId)
          .filter((type) => ['inventory.reserved', 'inventory.released'].includes(type));
      await eventually(() => answers().length === 5, { what: 'an answer to each' });
    };

    beforeAll(async () => {
      await shop.shippingAway();
      late = await held();
      inTime = await held();
    });

    it('they are on their way to whoever checks, and no violation', async () => {
      expect(await shop.onTheirWay()).toEqual(expect.arrayContaining([late, inTime]));
    });

    it('stock is released and reserved again, for a later attempt', async () => {
      for (const orderId of [late, inTime]) {
        await reserveAgain(orderId);
        expect(await shop.movementsOf(orderId)).toEqual(sold.slice(0, 3));
      }
    });

    it('a reservation whose time has passed goes back, with what was paid', async () => {
      expect(await shop.whereIs(late)).toMatch(
        flow === 'saga' ? 'waits for shipment' : 'waits for   shipment, until 2',
      );
      await shop.letTimePass(late);
      await shop.reader.waitFor('shipment.cancel.requested', late);
      // Until it is known that no parcel is under way the stock is not sold to anybody else.
      expect(await shop.movementsOf(late)).toEqual(sold.slice(0, 3));
      await shop.shippingBack();
      expect(await shop.until([late])).toEqual(['cancelled']);
      expect(await shop.movementsOf(late)).toEqual([...sold.slice(0, 3), `release 2 ${MUG} 2`]);
      expect(await shop.ledgerOf(late)).toMatchObject({ captures: 1, refunds: 1 });
    });

    it('what was reserved again is sold when its parcel is made after all', async () => {
      expect(await shop.until([inTime])).toEqual(['completed']);
      await eventually(async () => (await shop.movementsOf(inTime)).length === sold.length);
      expect(await shop.movementsOf(inTime)).toEqual(sold);
      expect(await shop.ledgerOf(inTime)).toMatchObject({ captures: 1, refunds: 0 });
    });
  });

  it('nothing more is taken back later; money, stock and orders agree', async () => {
    await shop.expectInvariants();
    for (const [orderId, undone] of ended) {
      const seen = shop.reader.typesOf(orderId);
      expect(seen.filter((type) => UNDONE.includes(type)).toSorted()).toEqual(undone.toSorted());
      const asked = seen.filter((type) => ASKED.includes(type));
      expect(asked).toHaveLength(flow === 'saga' ? undone.length : 0);
    }
  });
});
