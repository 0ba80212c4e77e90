const CATEGORIES = ['kitchen', 'home', 'outdoor', 'office', 'books', 'wellness'] as const;

export type Category = (typeof CATEGORIES)[number];

export interface Product {
  readonly productId: string;
  readonly name: string;
  readonly description: string;
  readonly priceMinor: number;
  readonly currency: string;
  readonly category: string;
}

/** What may change of a product; what is absent stays. */
export interface ProductChange {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly category?: string | undefined;
  readonly priceMinor?: number | undefined;
}

export interface ChangedProduct {
  readonly product: Product;
  readonly described: boolean;
  readonly repriced: boolean;
}

export function change(product: Product, wanted: ProductChange): ChangedProduct {
  const changed: Product = {
    ...product,
    name: wanted.name ?? product.name,
    description: wanted.description ?? product.description,
    category: wanted.category ?? product.category,
    priceMinor: wanted.priceMinor ?? product.priceMinor,
  };
  const described = (['name', 'description', 'category'] as const).some(
    (field) => changed[field] !== product[field],
  );
  return { product: changed, described, repriced: changed.priceMinor !== product.priceMinor };
}

export interface StockedProduct extends Product {
  /** What the inventory service said last; 0 before it said anything. */
  readonly availableStock: number;
}
