import { describe, expect, it } from 'vitest';
import { type KnownOfReturn, onReturnRequested } from './parcel-return';

describe('a parcel that is asked back', () => {
  it.each<[Partial<KnownOfReturn>, object]>([
    [{ shipment: 'created' }, { kind: 'fetch' }],
    [
      { shipment: 'created', overdue: true },
      { kind: 'refuse', refusal: { code: 'DEADLINE_PASSED' } },
    ],
    [{ shipment: 'cancelled' }, { kind: 'refuse', refusal: { code: 'NOTHING_TO_RETURN' } }],
    [{}, { kind: 'refuse', refusal: { code: 'NOTHING_TO_RETURN' } }],
    [{ shipment: 'created', parcelReturn: 'returned', overdue: true }, { kind: 'answer_returned' }],
    [
      { shipment: 'created', parcelReturn: 'cancelled' },
      { kind: 'refuse', refusal: { code: 'RETURN_CANCELLED' } },
    ],
  ])('of which is known %j', (known, decision) => {
    const all = { shipment: undefined, parcelReturn: undefined, overdue: false, ...known };
    expect(onReturnRequested(all)).toMatchObject(decision);
  });
});
