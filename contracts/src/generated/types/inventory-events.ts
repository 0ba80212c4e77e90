// Made by `npm run contracts -- generate` from topics/; do not edit.

/** Asks to give back whatever stock an order, or an attempt of it, holds. */
export interface InventoryReleaseRequestedData {
  readonly orderId: string;
  readonly reason: string;
  readonly requestedAt?: string | undefined;
  /** Gives back what this one and those before it hold; a later one may take stock anew. Absent: the order is over, and none may. */
  readonly attempt?: number | undefined;
}

export interface InventoryReleasedItem {
  readonly productId: string;
  readonly quantity: number;
}

/** An order, or an attempt of it, holds no stock; the answer is definitive. */
export interface InventoryReleasedData {
  readonly orderId: string;
  /** Empty when nothing had been taken. */
  readonly items: readonly InventoryReleasedItem[];
  readonly releasedAt: string;
  /** As it was asked: this one and those before it hold nothing. Absent: the order is over. */
  readonly attempt?: number | undefined;
}

/** Not all of the stock is there; none was taken. */
export interface InventoryReservationFailedData {
  readonly orderId: string;
  readonly code: string;
  readonly message: string;
  /** The first product that is short. */
  readonly productId?: string | undefined;
  readonly failedAt?: string | undefined;
  /** The one that is refused; absent: 1. */
  readonly attempt?: number | undefined;
}

export interface InventoryReservationRequestedItem {
  readonly productId: string;
  readonly quantity: number;
}

/** Asks for the stock of an order, all of it or none. */
export interface InventoryReservationRequestedData {
  readonly orderId: string;
  readonly items: readonly InventoryReservationRequestedItem[];
  /** After it no answer is waited for. */
  readonly deadline: string;
  /** From 1, also when absent. One more takes stock anew after it was released or refused; a late one of before takes nothing. */
  readonly attempt?: number | undefined;
}

export interface InventoryReservedItem {
  readonly productId: string;
  readonly quantity: number;
}

/** The stock of an order is taken. */
export interface InventoryReservedData {
  readonly orderId: string;
  readonly items: readonly InventoryReservedItem[];
  readonly reservedAt: string;
  /** The one under which the stock is held; absent: 1. */
  readonly attempt?: number | undefined;
}

/** The stock of a product fell to its threshold; said once per crossing. */
export interface InventoryStockLowData {
  readonly productId: string;
  readonly available: number;
  readonly threshold: number;
  readonly detectedAt?: string | undefined;
}

/** The stock of a product changed; the counts are those after the change. */
export interface InventoryStockUpdatedData {
  readonly productId: string;
  readonly available: number;
  readonly reserved: number;
  /** Change of `available`; negative when stock was taken. */
  readonly delta: number;
  readonly reason: string;
  /** Rises by one with each change of the product. */
  readonly version: number;
  readonly updatedAt: string;
  readonly orderId?: string | undefined;
}
