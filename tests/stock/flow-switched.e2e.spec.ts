import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import type { Flow } from '../crash-points/order-kinds';
import type { OrderWish } from '../support/customer';
import { FlowShop } from './flow-shop';

const PRODUCT = 'prod-012';
const BEYOND_THE_CARRIER = { name: 'Z', line1: '1', city: 'Z', postalCode: '0', country: 'ZZ' };
const items = [{ productId: PRODUCT, quantity: 1 }];

/** Their payment is through, so that only the carrier can stop them. */
const WISHES: readonly OrderWish[] = [{ items }, { items }, { items, shippingAddress: BEYOND_THE_CARRIER }];
const ENDS = ['completed', 'completed', 'cancelled'];

const SWITCHES: readonly (readonly [Flow, Flow])[] = [
  ['saga', 'choreography'],
  ['choreography', 'saga'],
];

describe('ORDER_FLOW is switched while orders are on their way', () => {
  let shop: FlowShop;

  beforeAll(async () => {
    shop = await FlowShop.start('saga');
  });
  afterAll(() => shop?.stop());

  /** Paid and reserved, in whichever order, and waiting for a parcel that nobody makes. */
  const onTheirWay = async (flow: Flow) => {
    const orderIds: string[] = [];
    for (const wish of WISHES) orderIds.push(await shop.place(wish));
    await shop.until(orderIds, [flow === 'saga' ? 'reserved' : 'paid']);
    return orderIds.map((orderId) => ({ orderId, stamp: flow }));
  };

  it.each(SWITCHES)(
    'from %s to %s: each ends as its stamp has it, its stock moved once',
    async (from, to) => {
      const before = (await shop.level(PRODUCT))?.available ?? 0;
      await shop.shippingAway();
      const placed = await onTheirWay(from);
      await shop.switchTo(to);
      placed.push(...(await onTheirWay(to)));
      for (const { orderId, stamp } of placed) {
        const saga = stamp === 'saga';
        expect(await shop.drivenBy(orderId)).toEqual({ stamp, saga, choreography: !saga });
      }
      expect(await shop.level(PRODUCT)).toEqual({ available: before - 6, reserved: 6 });

      await shop.shippingBack();
      expect(await shop.until(placed.map(({ orderId }) => orderId))).toEqual([...ENDS, ...ENDS]);
      await eventually(async () => (await shop.level(PRODUCT))?.reserved === 0, { what: 'the last sale' });
      expect(await shop.level(PRODUCT)).toEqual({ available: before - 4, reserved: 0 });
      for (const [index, { orderId, stamp }] of placed.entries()) {
        const completed = ENDS[index % ENDS.length] === 'completed';
        const kind = completed ? 'sale' : 'release';
        expect(await shop.movementsOf(orderId)).toEqual([`reserve 1 ${PRODUCT} 1`, `${kind} 1 ${PRODUCT} 1`]);
        expect(await shop.ledgerOf(orderId)).toMatchObject({ captures: 1, refunds: completed ? 0 : 1 });
        const asked = shop.reader.typesOf(orderId).includes('inventory.reservation.requested');
        expect(asked).toBe(stamp === 'saga');
      }
      await shop.expectInvariants();
    },
  );
});
