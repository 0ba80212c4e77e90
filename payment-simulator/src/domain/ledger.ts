import type { PaymentIntent } from './payment-intent.ts';
import type { Refund } from './refund.ts';

export interface LedgerEntry {
  /** `metadata.orderId` of the payments; null gathers payments without one, so that no money is hidden. */
  readonly orderId: string | null;
  captured: number;
  refunded: number;
  captures: number;
  refunds: number;
}

export interface LedgerTotals {
  orders: number;
  captured: number;
  refunded: number;
  captures: number;
  refunds: number;
}

/** What was taken and given back, per order, in minor units. Kept up with every change, never recomputed. */
export class Ledger {
  readonly #entries = new Map<string | null, LedgerEntry>();
  readonly #totals: LedgerTotals = { orders: 0, captured: 0, refunded: 0, captures: 0, refunds: 0 };

  record(before: PaymentIntent | undefined, after: PaymentIntent): void {
    const entry = this.#entry(after.metadata['orderId'] ?? null);
    const captured = after.received - (before?.received ?? 0);
    for (const sums of [entry, this.#totals]) {
      sums.captured += captured;
      if (captured > 0) sums.captures += 1;
    }
  }

  /** A refund counts when it has succeeded, which it does once. */
  recordRefund(intent: PaymentIntent, refund: Refund): void {
    if (refund.status !== 'succeeded') return;
    for (const sums of [this.#entry(intent.metadata['orderId'] ?? null), this.#totals]) {
      sums.refunded += refund.amount;
      sums.refunds += 1;
    }
  }

  /** As of now: later changes do not show in what was returned. */
  entries(orderId?: string): LedgerEntry[] {
    if (orderId === undefined) return [...this.#entries.values()].map((entry) => ({ ...entry }));
    const entry = this.#entries.get(orderId);
    return entry === undefined ? [] : [{ ...entry }];
  }

  totals(): LedgerTotals {
    return { ...this.#totals };
  }

  #entry(orderId: string | null): LedgerEntry {
    let entry = this.#entries.get(orderId);
    if (entry === undefined) {
      entry = { orderId, captured: 0, refunded: 0, captures: 0, refunds: 0 };
      this.#entries.set(orderId, entry);
      this.#totals.orders += 1;
    }
    return entry;
  }
}
