export const MAX_QUANTITY = 1_000;
export const MAX_LINES = 100;

/** Who holds a cart: a user, or a visitor by the id in a cookie. */
export interface CartHolder {
  readonly cartId: string;
  readonly userId: string | null;
}

export interface CartLine {
  readonly productId: string;
  readonly quantity: number;
}

export interface PricedLine extends CartLine {
  readonly name: string;
  readonly priceMinor: number;
}

export interface Cart {
  readonly cartId: string;
  readonly currency: string;
  readonly lines: readonly PricedLine[];
}

export const lineTotalMinor = (line: PricedLine): number => line.priceMinor * line.quantity;

export const subtotalMinor = (lines: readonly PricedLine[]): number =>
  lines.reduce((sum, line) => sum + lineTotalMinor(line), 0);

/** A user has one cart for good. */
export const cartIdOfUser = (userId: string): string => `cart-${userId}`;

/** What a visitor had gathered joins the user's cart: quantities add up to the limit, further lines stay out. */
export function merged(own: readonly CartLine[], joining: readonly CartLine[]): CartLine[] {
  const quantities = new Map(own.map((line) => [line.productId, line.quantity]));
  for (const { productId, quantity } of joining) {
    const present = quantities.get(productId);
    if (present === undefined && quantities.size >= MAX_LINES) continue;
    quantities.set(productId, Math.min(MAX_QUANTITY, (present ?? 0) + quantity));
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }));
}

/** What of the cart went into an order; more of a product than the cart holds was not from the cart. */
export function takenByOrder(cart: readonly CartLine[], ordered: readonly CartLine[]): CartLine[] {
  const wanted = new Map<string, number>();
  for (const { productId, quantity } of ordered)
    wanted.set(productId, (wanted.get(productId) ?? 0) + quantity);
  return cart.flatMap(({ productId, quantity }) => {
    const taken = Math.min(quantity, wanted.get(productId) ?? 0);
    return taken > 0 ? [{ productId, quantity: taken }] : [];
  });
}
