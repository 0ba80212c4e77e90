// Made by `npm run contracts -- generate` from topics/; do not edit.

/** Asks to stop the shipment of an order. */
export interface ShipmentCancelRequestedData {
  readonly orderId: string;
  readonly reason: string;
  readonly requestedAt?: string | undefined;
}

/** Nothing of the order is shipped; the answer is definitive. */
export interface ShipmentCancelledData {
  readonly orderId: string;
  /** Absent when no shipment had been made. */
  readonly shipmentId?: string | undefined;
  readonly cancelledAt: string;
}

/** A carrier took the order over. */
export interface ShipmentCreatedData {
  readonly orderId: string;
  readonly shipmentId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly createdAt: string;
}

/** The parcel reached the buyer. */
export interface ShipmentDeliveredData {
  readonly orderId: string;
  readonly shipmentId: string;
  readonly signedBy?: string | undefined;
  readonly deliveredAt: string;
}

/** The parcel left the warehouse. */
export interface ShipmentDispatchedData {
  readonly orderId: string;
  readonly shipmentId: string;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly expectedAt?: string | undefined;
  readonly dispatchedAt: string;
}

/** No carrier takes the order; nothing was shipped. */
export interface ShipmentFailedData {
  readonly orderId: string;
  readonly code: string;
  readonly message: string;
  readonly failedAt?: string | undefined;
}

export interface ShipmentRequestedItem {
  readonly productId: string;
  readonly quantity: number;
}

export interface ShipmentRequestedAddress {
  readonly name: string;
  readonly line1: string;
  readonly city: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** Asks for an order to be given to a carrier. */
export interface ShipmentRequestedData {
  readonly orderId: string;
  readonly userId: string;
  readonly items: readonly ShipmentRequestedItem[];
  /** Absent: the buyer picks it up. */
  readonly address?: ShipmentRequestedAddress | undefined;
  /** After it no answer is waited for. */
  readonly deadline: string;
}

/** Asks to leave an order's parcel with the customer. */
export interface ShipmentReturnCancelRequestedData {
  readonly orderId: string;
  readonly reason: string;
}

/** The parcel is with the customer, or on its way there again; the answer is definitive. */
export interface ShipmentReturnCancelledData {
  readonly orderId: string;
  /** Absent when the parcel had not been fetched. */
  readonly returnId?: string | undefined;
  readonly cancelledAt: string;
}

/** The parcel does not come back. */
export interface ShipmentReturnFailedData {
  readonly orderId: string;
  readonly code: string;
  readonly message: string;
  readonly failedAt: string;
}

/** Asks to fetch an order's parcel back from the customer. */
export interface ShipmentReturnRequestedData {
  readonly orderId: string;
  readonly userId: string;
  /** No parcel is fetched after it. */
  readonly deadline: string;
}

/** The parcel is back in the house. */
export interface ShipmentReturnedData {
  readonly orderId: string;
  readonly returnId: string;
  readonly trackingNumber: string;
  readonly returnedAt: string;
}
