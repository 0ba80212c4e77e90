import type { Order } from './order';

/** What the order service knows of a product when the order is checked. */
export interface KnownProduct {
  readonly price: number;
  readonly sellable: boolean;
}

export type Catalogue = Readonly<Record<string, KnownProduct>>;

export interface OrderFault {
  readonly code: string;
  readonly message: string;
}

export const MAX_QUANTITY = 1_000;
export const MAX_LINES = 100;

const TOLERANCE = 1e-6;
const same = (a: number, b: number): boolean => Math.abs(a - b) < TOLERANCE;

/** The first reason to refuse an order that came as an event from elsewhere; undefined when it is in order. */
export function validateOrder(order: Order, catalogue: Catalogue): OrderFault | undefined {
  return linesFault(order) ?? catalogueFault(order, catalogue) ?? totalsFault(order) ?? paymentFault(order);
}

function linesFault({ items }: Order): OrderFault | undefined {
  if (items.length === 0) return { code: 'EMPTY_ORDER', message: 'The order has no items.' };
  if (items.length > MAX_LINES) return { code: 'TOO_MANY_ITEMS', message: `More than ${MAX_LINES} items.` };
  const bad = items.find(
    ({ quantity }) => !Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY,
  );
  if (!bad) return undefined;
  return {
    code: 'INVALID_QUANTITY',
    message: `Quantity ${bad.quantity} of '${bad.productId}' is not a whole number from 1 to ${MAX_QUANTITY}.`,
  };
}

function catalogueFault({ items }: Order, catalogue: Catalogue): OrderFault | undefined {
  for (const { productId, price } of items) {
    const known = Object.hasOwn(catalogue, productId) ? catalogue[productId] : undefined;
    if (!known) return { code: 'UNKNOWN_PRODUCT', message: `There is no product '${productId}'.` };
    if (!known.sellable)
      return { code: 'PRODUCT_NOT_SELLABLE', message: `'${productId}' is no longer sold.` };
    if (!same(price, known.price)) {
      return { code: 'PRICE_MISMATCH', message: `'${productId}' costs ${known.price}, not ${price}.` };
    }
  }
  return undefined;
}

function totalsFault({ items, totals }: Order): OrderFault | undefined {
  const amounts = [totals.subtotal, totals.tax, totals.shipping];
  const subtotal = items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  const adds =
    same(totals.subtotal, subtotal) &&
    same(
      totals.total,
      amounts.reduce((sum, part) => sum + part, 0),
    );
  if (adds && amounts.every((amount) => amount >= 0)) return undefined;
  return { code: 'TOTALS_MISMATCH', message: 'The totals do not add up to the items, tax and shipping.' };
}

function paymentFault({ totals, paymentMethod }: Order): OrderFault | undefined {
  if (totals.total <= 0) return { code: 'INVALID_AMOUNT', message: 'There is nothing to pay.' };
  if (paymentMethod) return undefined;
  return { code: 'PAYMENT_METHOD_MISSING', message: 'The order does not say how it is paid.' };
}
