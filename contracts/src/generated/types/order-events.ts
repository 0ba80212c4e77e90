// Made by `npm run contracts -- generate` from topics/; do not edit.

/** The buyer, or a person of the shop, wants an order stopped. */
export interface OrderCancelRequestedData {
  readonly orderId: string;
  readonly userId: string;
  readonly reason: string;
  readonly requestedAt: string;
}

/** An order ended without effect; what was done for it is undone. */
export interface OrderCancelledData {
  readonly orderId: string;
  readonly userId: string;
  readonly reason: string;
  readonly cancelledAt: string;
  readonly email?: string | undefined;
}

/** An order is paid, reserved and on its way. */
export interface OrderCompletedData {
  readonly orderId: string;
  readonly userId: string;
  readonly total: number;
  readonly completedAt: string;
  /** ISO 4217. */
  readonly currency?: string | undefined;
  readonly email?: string | undefined;
}

export interface OrderCreatedItem {
  readonly productId: string;
  readonly quantity: number;
  /** Price of one piece. */
  readonly price: number;
}

export interface OrderCreatedTotals {
  readonly subtotal: number;
  readonly tax: number;
  readonly shipping: number;
  readonly total: number;
}

export interface OrderCreatedShippingAddress {
  readonly name: string;
  readonly line1: string;
  readonly city: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** An order was accepted; nothing is promised yet. */
export interface OrderCreatedData {
  readonly orderId: string;
  readonly userId: string;
  readonly items: readonly OrderCreatedItem[];
  readonly totals: OrderCreatedTotals;
  readonly createdAt: string;
  /** Absent: nothing has to be carried. */
  readonly shippingAddress?: OrderCreatedShippingAddress | undefined;
  /** The payment provider's name of the means of payment. */
  readonly paymentMethod?: string | undefined;
  /** ISO 4217. */
  readonly currency?: string | undefined;
  readonly couponCode?: string | undefined;
  /** Where the confirmation goes. */
  readonly email?: string | undefined;
  /** Who drives the order; stamped at creation, so that a switch in flight is safe. */
  readonly flow?: 'saga' | 'choreography' | undefined;
}

/** An order moved from one status to the next. */
export interface OrderStatusUpdatedData {
  readonly orderId: string;
  readonly oldStatus: string;
  readonly newStatus: string;
  /** Person or part of the platform that moved it. */
  readonly updatedBy: string;
  readonly userId?: string | undefined;
  readonly reason?: string | undefined;
  readonly updatedAt?: string | undefined;
}
