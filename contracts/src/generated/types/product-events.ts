// Made by `npm run contracts -- generate` from topics/; do not edit.

/** A product entered the catalogue. */
export interface ProductCreatedData {
  readonly productId: string;
  readonly name: string;
  readonly description: string;
  readonly price: number;
  readonly category: string;
  readonly imageUrl?: string | undefined;
  /** ISO 4217. */
  readonly currency?: string | undefined;
  readonly createdAt?: string | undefined;
}

/** A product left the catalogue. */
export interface ProductDiscontinuedData {
  readonly productId: string;
  readonly reason?: string | undefined;
  readonly discontinuedAt: string;
}

/** A product has another price. */
export interface ProductPriceChangedData {
  readonly productId: string;
  readonly oldPrice: number;
  readonly newPrice: number;
  /** ISO 4217. */
  readonly currency?: string | undefined;
  readonly changedAt: string;
}

/** The description of a product changed; the values are those after the change. */
export interface ProductUpdatedData {
  readonly productId: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  readonly imageUrl?: string | undefined;
  readonly updatedAt: string;
}
