import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceState, serviceState } from '@/testing/service-state';
import { Shipments } from './shipments.service';
import { shippingMigrations } from './state/shipping.migrations';
import { type Parcel, ShipmentStore } from './state/shipment-store';

const address = { name: 'A', line1: 'B 1', city: 'C', postalCode: '10000', country: 'DE' };

describe('shipments', () => {
  let state: ServiceState;
  let shipments: Shipments;

  beforeAll(async () => {
    state = await serviceState('shipping', shippingMigrations);
    shipments = new Shipments(new ShipmentStore(state.unitOfWork), state.publisher);
  });
  afterAll(() => state.close());

  const parcelOf = (country = 'DE'): Parcel => ({
    orderId: randomUUID(),
    items: [{ productId: 'p', quantity: 1 }],
    address: { ...address, country },
  });
  const request = (parcel: Parcel) => state.unitOfWork.run(() => shipments.request(parcel, 'saga'));
  const cancel = ({ orderId }: Parcel) => state.unitOfWork.run(() => shipments.cancel(orderId));
  const answers = async ({ orderId }: Parcel) => {
    const events = await state.published();
    return events.filter(({ data }) => (data as { orderId: string }).orderId === orderId);
  };
  const types = async (parcel: Parcel) => (await answers(parcel)).map(({ eventType }) => eventType);

  it('makes one shipment, however often it is asked for', async () => {
    const parcel = parcelOf();
    await request(parcel);
    await request(parcel);
    const created = (await answers(parcel)).map(({ data }) => data as { shipmentId: string });
    expect(created).toHaveLength(2);
    expect(new Set(created.map(({ shipmentId }) => shipmentId)).size).toBe(1);
    expect(await types(parcel)).toEqual(['shipment.created', 'shipment.created']);
  });

  it('refuses a country that no carrier serves, and stays with it', async () => {
    const parcel = parcelOf('ZZ');
    await request(parcel);
    await request({ ...parcel, address: { ...address, country: 'DE' } });
    expect(await types(parcel)).toEqual(['shipment.failed', 'shipment.failed']);
    expect((await answers(parcel))[0]?.data).toMatchObject({ code: 'COUNTRY_NOT_SERVED' });
  });

  it('has an order without an address picked up', async () => {
    const { address: _, ...parcel } = parcelOf();
    await request(parcel);
    expect((await answers(parcel))[0]?.data).toMatchObject({ carrier: 'pickup' });
  });

  it('takes a shipment back, twice with the same answer', async () => {
    const parcel = parcelOf();
    await request(parcel);
    await cancel(parcel);
    await cancel(parcel);
    const [created, first, second] = await answers(parcel);
    const { shipmentId } = (created?.data ?? {}) as { shipmentId?: string };
    expect(shipmentId).toBeTypeOf('string');
    expect(first).toMatchObject({ eventType: 'shipment.cancelled', data: { shipmentId } });
    expect(second).toMatchObject({ eventType: 'shipment.cancelled', data: { shipmentId } });
  });

  it('refuses the request that comes after its undoing', async () => {
    const parcel = parcelOf();
    await cancel(parcel);
    await request(parcel);
    expect(await types(parcel)).toEqual(['shipment.cancelled', 'shipment.failed']);
    expect((await answers(parcel))[1]?.data).toMatchObject({ code: 'SHIPMENT_CANCELLED' });
  });
});
