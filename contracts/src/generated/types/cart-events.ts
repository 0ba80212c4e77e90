// Made by `npm run contracts -- generate` from topics/; do not edit.

export interface CartAbandonedItem {
  readonly productId: string;
  readonly quantity: number;
  readonly price?: number | undefined;
}

/** A cart with something in it was left alone for long. */
export interface CartAbandonedData {
  readonly cartId: string;
  readonly userId?: string | undefined;
  readonly items: readonly CartAbandonedItem[];
  readonly lastActivityAt: string;
  readonly abandonedAt: string;
}

export interface CartCheckedOutItem {
  readonly productId: string;
  readonly quantity: number;
  readonly price?: number | undefined;
}

/** A cart became an order. */
export interface CartCheckedOutData {
  readonly cartId: string;
  readonly userId: string;
  readonly orderId: string;
  readonly items: readonly CartCheckedOutItem[];
  readonly total?: number | undefined;
  readonly checkedOutAt: string;
}

/** A cart was emptied. */
export interface CartClearedData {
  readonly cartId: string;
  readonly userId?: string | undefined;
  readonly reason?: string | undefined;
  readonly clearedAt: string;
}

/** The quantity of a product in a cart rose. */
export interface CartItemAddedData {
  readonly cartId: string;
  readonly userId?: string | undefined;
  readonly productId: string;
  /** How many the cart holds afterwards. */
  readonly quantity: number;
  /** Price of one piece as it was shown. */
  readonly price?: number | undefined;
  readonly addedAt: string;
}

/** The quantity of a product in a cart fell. */
export interface CartItemRemovedData {
  readonly cartId: string;
  readonly userId?: string | undefined;
  readonly productId: string;
  /** How many the cart holds afterwards. */
  readonly quantity: number;
  readonly removedAt: string;
}
