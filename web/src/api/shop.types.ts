export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Product {
  readonly productId: string;
  readonly name: string;
  readonly description?: string;
  readonly price: number;
  readonly currency?: string;
  readonly category: string;
  readonly availableStock: number;
}

export interface CartItem {
  readonly productId: string;
  readonly name: string;
  readonly price: number;
  readonly quantity: number;
  readonly lineTotal: number;
}

export interface Cart {
  readonly cartId: string | null;
  readonly items: readonly CartItem[];
  readonly subtotal: number;
  readonly currency: string;
}

export interface ShippingAddress {
  readonly name: string;
  readonly line1: string;
  readonly city: string;
  readonly postalCode: string;
  readonly country: string;
}

export interface OrderRequest {
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly paymentMethod: string;
  readonly shippingAddress: ShippingAddress;
}

export interface OrderTotals {
  readonly subtotal: number;
  readonly tax: number;
  readonly shipping: number;
  readonly total: number;
}

export interface StatusChange {
  readonly status: string;
  readonly at: string;
  readonly reason?: string;
}

export interface OrderSummary {
  readonly orderId: string;
  readonly status: string;
  readonly items: readonly {
    readonly productId: string;
    readonly quantity: number;
    readonly price: number;
  }[];
  readonly totals: OrderTotals;
  readonly currency: string | null;
  readonly createdAt: string;
  /** Why the order was cancelled, where it was. */
  readonly reason: string | null;
}

export interface Order extends OrderSummary {
  readonly history: readonly StatusChange[];
}

export interface MinuteCount {
  readonly eventType: string;
  readonly minute: string;
  readonly count: number;
}

export interface AnalyticsCounters {
  readonly total: number;
  readonly byType: Readonly<Record<string, number>>;
  /** The last hour, oldest first; minutes without events are absent. */
  readonly perMinute: readonly MinuteCount[];
  readonly at: string;
}

export interface Mail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly at: string;
  readonly text: string;
}
