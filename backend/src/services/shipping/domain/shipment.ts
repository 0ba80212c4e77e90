export interface Address {
  readonly country: string;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export type ShipmentStatus = 'created' | 'failed' | 'cancelled';

export type CarrierChoice = { readonly carrier: string } | { readonly refusal: Refusal };

const NEIGHBOURS = new Set(['DE', 'AT', 'CH', 'NL', 'BE', 'LU', 'FR', 'DK', 'PL', 'CZ']);
const NOT_SERVED = new Set(['ZZ']);

/** An order without an address is picked up. */
export function chooseCarrier(address: Address | undefined): CarrierChoice {
  if (!address) return { carrier: 'pickup' };
  const { country } = address;
  if (NOT_SERVED.has(country) || !/^[A-Z]{2}$/.test(country)) {
    return {
      refusal: { code: 'COUNTRY_NOT_SERVED', message: `The carrier does not deliver to '${country}'.` },
    };
  }
  return { carrier: NEIGHBOURS.has(country) ? 'landpost' : 'worldpost' };
}

export type RequestDecision = 'create' | 'answer_created' | 'answer_failed' | 'refuse_cancelled';

/** What a request leads to, by what is known of the order's shipment. */
export function onRequested(status: ShipmentStatus | undefined): RequestDecision {
  switch (status) {
    case undefined:
      return 'create';
    case 'created':
      return 'answer_created';
    case 'failed':
      return 'answer_failed';
    case 'cancelled':
      return 'refuse_cancelled';
  }
}
