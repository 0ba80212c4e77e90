import { readFileSync } from 'node:fs';
import type { Workload } from './workload.ts';

/** `order.created` of the shop, with two items. The second one's quantity carries the event's index. */
export interface OrderCreated {
  readonly orderId: string;
  readonly userId: string;
  readonly items: readonly {
    readonly productId: string;
    readonly quantity: number;
    readonly price: number;
  }[];
  readonly totals: {
    readonly subtotal: number;
    readonly tax: number;
    readonly shipping: number;
    readonly total: number;
  };
  readonly createdAt: string;
}

/** The contract's Avro schema of the event, in a namespace of its own: the shop's is taken by the shop. */
export function orderCreatedSchema() {
  const file = new URL('../../../contracts/topics/order-events/order.created/v1.avsc', import.meta.url);
  return { ...JSON.parse(readFileSync(file, 'utf8')), namespace: 'bench.order' };
}

export const keyName = (key: number): string => uuidLike(key);

/** Every value differs from event to event, as in life: records that repeat each other shrink to nothing in a batch. */
export function orderCreated(workload: Workload, index: number): OrderCreated {
  const key = workload.keyOf[index] as number;
  const cents = scattered(index) % 100_000;
  return {
    orderId: keyName(key),
    userId: `user-${scattered(key) % 1_000_000}`,
    items: [
      { productId: `prod-${scattered(index + 1) % 1_000}`, quantity: 1 + (index % 3), price: cents / 100 },
      {
        productId: `prod-${scattered(index + 2) % 1_000}`,
        quantity: index + 1,
        price: (cents % 3_333) / 100,
      },
    ],
    totals: {
      subtotal: (cents * 2) / 100,
      tax: Math.round(cents * 0.19) / 100,
      shipping: 4.9,
      total: (cents * 2 + 490) / 100,
    },
    createdAt: new Date().toISOString(),
  };
}

export const indexOf = ({ items }: OrderCreated): number => (items[1]?.quantity ?? 0) - 1;

const scattered = (value: number): number => Math.imul(value ^ 0x5bd1e995, 0x9e3779b1) >>> 0;

function uuidLike(value: number): string {
  const hex = [1, 2, 3, 4]
    .map((salt) =>
      scattered(value * 4 + salt)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}
