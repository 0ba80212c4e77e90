import { expect } from 'vitest';
import { eventually } from '@/testing/eventually';
import { call, type Customer } from '../support/customer';
import type { LedgerLine } from '../support/ledger';
import type { Ended } from './orders';

export type Stock = ReadonlyMap<string, number>;

async function stockOf(customer: Customer, products: readonly string[]): Promise<Stock> {
  const stock = new Map<string, number>();
  for (const product of products) {
    const { body } = await customer.call<{ availableStock: number }>('GET', `/api/products/${product}`);
    stock.set(product, body.availableStock);
  }
  return stock;
}

/** The stock of a new shop, once all of it is there. */
export const fullStock = (customer: Customer, products: readonly string[]): Promise<Stock> =>
  eventually(async () => {
    const stock = await stockOf(customer, products);
    return [...stock.values()].every((pieces) => pieces > 0) && stock;
  });

/** Money by the provider's own ledger, which lives in a process that was not killed. */
export async function expectMoneyRight(simulatorUrl: string, orders: readonly Ended[]): Promise<void> {
  const { body: ledger } = await call<LedgerLine[]>(simulatorUrl, 'GET', '/ledger');
  const lines = new Map(ledger.map((line) => [line.orderId, line]));
  const wrong = orders.filter(({ orderId, view: { status, totals } }) => {
    const none = { captured: 0, refunded: 0, captures: 0, refunds: 0 };
    const { captured, refunded, captures, refunds } = lines.get(orderId) ?? none;
    // What could not be given back is still there.
    const kept = ['completed', 'needs_attention'].includes(status) ? Math.round(totals.total * 100) : 0;
    return captures > 1 || refunds > 1 || captured - refunded !== kept;
  });
  expect(wrong.map((order) => ({ ...order, line: lines.get(order.orderId) }))).toEqual([]);
  const known = new Set(orders.map(({ orderId }) => orderId));
  expect(ledger.filter(({ orderId }) => !known.has(orderId))).toEqual([]);
}

/** What was sold is gone, and nothing else. */
export async function expectStockRight(
  customer: Customer,
  atFirst: Stock,
  orders: readonly Ended[],
): Promise<void> {
  const wanted = new Map(atFirst);
  for (const { kind, view } of orders) {
    if (view.status !== 'completed') continue;
    for (const { productId, quantity } of kind.wish.items ?? [])
      wanted.set(productId, (wanted.get(productId) ?? 0) - quantity);
  }
  const text = (stock: Stock) => JSON.stringify([...stock]);
  let last = '';
  await eventually(
    async () => {
      last = text(await stockOf(customer, [...atFirst.keys()]));
      return last === text(wanted);
    },
    { withinMs: 20_000 },
  ).catch((cause: unknown) => {
    throw new Error(`The stock is ${last}, and should be ${text(wanted)}.`, { cause });
  });
}

/** Each order came to an end that its kind allows. */
export function expectEndsRight(orders: readonly Ended[]): void {
  const wrong = orders.filter(({ kind, view: { status } }) => !(kind.ends as string[]).includes(status));
  expect(wrong).toEqual([]);
}
