// Made by `npm run contracts -- generate` from topics/; do not edit.

import type { JsonObject } from '../../avro/json-value.ts';

/** A visitor put a product into the cart. */
export interface AddToCartData {
  readonly productId: string;
  readonly quantity: number;
  readonly price?: number | undefined;
  readonly category?: string | undefined;
  readonly cartId?: string | undefined;
  /** Page on which it happened. */
  readonly url?: string | undefined;
  /** The browser, as the tracker knows it; the key of the record. */
  readonly anonymousId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Present once the visitor has signed in. */
  readonly userId?: string | undefined;
  /** The tracker's own id of this event. */
  readonly messageId?: string | undefined;
}

/** A visitor went to the checkout. */
export interface BeginCheckoutData {
  readonly cartId?: string | undefined;
  /** What the cart is worth. */
  readonly value?: number | undefined;
  /** ISO 4217. */
  readonly currency?: string | undefined;
  readonly itemCount?: number | undefined;
  /** Page on which it happened. */
  readonly url?: string | undefined;
  /** The browser, as the tracker knows it; the key of the record. */
  readonly anonymousId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Present once the visitor has signed in. */
  readonly userId?: string | undefined;
  /** The tracker's own id of this event. */
  readonly messageId?: string | undefined;
}

/** An event that a page named itself. */
export interface CustomAnalyticsData {
  readonly name: string;
  /** A JSON object. */
  readonly properties?: JsonObject | undefined;
  /** Page on which it happened. */
  readonly url?: string | undefined;
  /** The browser, as the tracker knows it; the key of the record. */
  readonly anonymousId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Present once the visitor has signed in. */
  readonly userId?: string | undefined;
  /** The tracker's own id of this event. */
  readonly messageId?: string | undefined;
}

/** A page was shown. */
export interface PageViewData {
  readonly url: string;
  readonly path?: string | undefined;
  readonly title?: string | undefined;
  readonly referrer?: string | undefined;
  /** The browser, as the tracker knows it; the key of the record. */
  readonly anonymousId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Present once the visitor has signed in. */
  readonly userId?: string | undefined;
  /** The tracker's own id of this event. */
  readonly messageId?: string | undefined;
}

/** A product was looked at. */
export interface ProductViewData {
  readonly productId: string;
  readonly category: string;
  readonly price: number;
  readonly name?: string | undefined;
  /** ISO 4217. */
  readonly currency?: string | undefined;
  /** Page on which it happened. */
  readonly url?: string | undefined;
  /** The browser, as the tracker knows it; the key of the record. */
  readonly anonymousId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Present once the visitor has signed in. */
  readonly userId?: string | undefined;
  /** The tracker's own id of this event. */
  readonly messageId?: string | undefined;
}

/** A visitor placed an order, as the browser saw it. */
export interface PurchaseData {
  readonly orderId: string;
  readonly total: number;
  /** ISO 4217. */
  readonly currency?: string | undefined;
  readonly itemCount?: number | undefined;
  /** Page on which it happened. */
  readonly url?: string | undefined;
  /** The browser, as the tracker knows it; the key of the record. */
  readonly anonymousId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Present once the visitor has signed in. */
  readonly userId?: string | undefined;
  /** The tracker's own id of this event. */
  readonly messageId?: string | undefined;
}

/** A visitor took a product out of the cart. */
export interface RemoveFromCartData {
  readonly productId: string;
  readonly quantity: number;
  readonly price?: number | undefined;
  readonly category?: string | undefined;
  readonly cartId?: string | undefined;
  /** Page on which it happened. */
  readonly url?: string | undefined;
  /** The browser, as the tracker knows it; the key of the record. */
  readonly anonymousId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Present once the visitor has signed in. */
  readonly userId?: string | undefined;
  /** The tracker's own id of this event. */
  readonly messageId?: string | undefined;
}

/** The catalogue was searched. */
export interface SearchData {
  readonly query: string;
  readonly resultCount?: number | undefined;
  readonly category?: string | undefined;
  /** Page on which it happened. */
  readonly url?: string | undefined;
  /** The browser, as the tracker knows it; the key of the record. */
  readonly anonymousId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Present once the visitor has signed in. */
  readonly userId?: string | undefined;
  /** The tracker's own id of this event. */
  readonly messageId?: string | undefined;
}
