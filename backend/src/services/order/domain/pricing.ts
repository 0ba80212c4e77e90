/** All amounts are whole minor units of the shop's currency. */
export interface PricedLine {
  readonly productId: string;
  readonly quantity: number;
  readonly price: number;
}

export interface Totals {
  readonly subtotal: number;
  readonly tax: number;
  readonly shipping: number;
  readonly total: number;
}

const TAX_PERCENT = 19;
export const SHIPPING_FLAT = 495;
export const FREE_SHIPPING_FROM = 5_000;

/**
 * Tax comes on top of goods and shipping, rounded half up once for the whole order. Shipping is flat and free from
 * a subtotal on, and free for what is picked up.
 */
export function priceOrder(lines: readonly PricedLine[], options: { readonly shipped: boolean }): Totals {
  const subtotal = lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  const shipping = !options.shipped || subtotal >= FREE_SHIPPING_FROM ? 0 : SHIPPING_FLAT;
  const tax = Math.floor(((subtotal + shipping) * TAX_PERCENT + 50) / 100);
  return { subtotal, tax, shipping, total: subtotal + tax + shipping };
}
