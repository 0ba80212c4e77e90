import { describe, expect, it } from 'vitest';
import { chooseCarrier, onRequested, type ShipmentStatus } from './shipment';

describe('a shipment', () => {
  it.each([
    [undefined, { carrier: 'pickup' }],
    [{ country: 'DE' }, { carrier: 'landpost' }],
    [{ country: 'NZ' }, { carrier: 'worldpost' }],
    [{ country: 'ZZ' }, { refusal: { code: 'COUNTRY_NOT_SERVED' } }],
    [{ country: 'Germany' }, { refusal: { code: 'COUNTRY_NOT_SERVED' } }],
  ])('to %j', (address, choice) => {
    expect(chooseCarrier(address)).toMatchObject(choice);
  });

  it.each<[ShipmentStatus | undefined, string]>([
    [undefined, 'create'],
    ['created', 'answer_created'],
    ['failed', 'answer_failed'],
    ['cancelled', 'refuse_cancelled'],
  ])('requested when it is %s: %s', (status, decision) => {
    expect(onRequested(status)).toBe(decision);
  });
});
