import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { ParcelReturns } from './returns.service';
import { Shipments } from './shipments.service';
import { ReturnStore } from './state/return-store';
import { shippingMigrations } from './state/shipping.migrations';
import { ShipmentStore } from './state/shipment-store';

const LATER = '2999-01-01T00:00:00.000Z';
const EARLIER = '2001-01-01T00:00:00.000Z';

describe('parcels that come back', () => {
  let state: ServiceState;
  let returns: ParcelReturns;
  let shipments: Shipments;

  beforeAll(async () => {
    state = await serviceState('shipping', shippingMigrations);
    const store = new ShipmentStore(state.unitOfWork);
    shipments = new Shipments(store, state.publisher);
    returns = new ParcelReturns(store, new ReturnStore(state.unitOfWork), state.publisher);
  });
  afterAll(() => state.close());

  async function shipped(): Promise<string> {
    const orderId = randomUUID();
    await state.unitOfWork.run(() => shipments.request({ orderId, items: [] }, 'saga'));
    return orderId;
  }
  const request = (orderId: string, deadline = LATER) =>
    state.unitOfWork.run(() => returns.request(orderId, deadline));
  const cancel = (orderId: string) => state.unitOfWork.run(() => returns.cancel(orderId));
  const answers = async (orderId: string) =>
    (await state.published())
      .map(({ eventType, data }) => ({
        eventType,
        ...(data as { orderId: string; returnId?: string; code?: string }),
      }))
      .filter((answer) => answer.orderId === orderId && answer.eventType.startsWith('shipment.return'));

  it('are fetched once, however often they are asked for', async () => {
    const orderId = await shipped();
    await request(orderId);
    await request(orderId, EARLIER);
    const [first, second] = await answers(orderId);
    expect(first).toMatchObject({ eventType: 'shipment.returned', returnId: expect.any(String) });
    expect(second).toEqual(first && { ...second, returnId: first.returnId, eventType: 'shipment.returned' });
  });

  it.each([
    ['that never left the house', async () => randomUUID(), LATER, 'NOTHING_TO_RETURN'],
    ['after the deadline', shipped, EARLIER, 'DEADLINE_PASSED'],
  ])('are not fetched %s', async (_, order, deadline, code) => {
    const orderId = await order();
    await request(orderId, deadline);
    expect(await answers(orderId)).toMatchObject([{ eventType: 'shipment.return.failed', code }]);
  });

  it('stay with the customer when the return was called off before', async () => {
    const orderId = await shipped();
    await cancel(orderId);
    await request(orderId);
    expect(await answers(orderId)).toMatchObject([
      { eventType: 'shipment.return.cancelled' },
      { eventType: 'shipment.return.failed', code: 'RETURN_CANCELLED' },
    ]);
  });

  it('go to the customer again when the return is called off later, twice with the same answer', async () => {
    const orderId = await shipped();
    await request(orderId);
    await cancel(orderId);
    await cancel(orderId);
    const [returned, ...cancelled] = await answers(orderId);
    const { returnId } = returned ?? {};
    expect(cancelled).toMatchObject([
      { eventType: 'shipment.return.cancelled', returnId },
      { eventType: 'shipment.return.cancelled', returnId },
    ]);
  });
});
