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

/** Lines in the order in which they first came; a change moves none, so that reading on misses and repeats nothing. */
export interface LedgerPage {
  readonly items: readonly LedgerEntry[];
  /** Where the next page begins; null when nothing followed yet. */
  readonly nextCursor: string | null;
}

export interface LedgerPageRequest {
  readonly limit: number;
  /** How many lines come before. */
  readonly from: number;
}

/** What was taken and given back, per order, in minor units. Kept up with every change, never recomputed. */
export class Ledger {
  readonly #entries = new Map<string | null, LedgerEntry>();
  readonly #lines: LedgerEntry[] = [];
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
    if (orderId === undefined) return this.#lines.map((entry) => ({ ...entry }));
    const entry = this.#entries.get(orderId);
    return entry === undefined ? [] : [{ ...entry }];
  }

  page({ limit, from }: LedgerPageRequest): LedgerPage {
    const to = from + limit;
    return {
      items: this.#lines.slice(from, to).map((entry) => ({ ...entry })),
      nextCursor: to < this.#lines.length ? String(to) : null,
    };
  }

  totals(): LedgerTotals {
    return { ...this.#totals };
  }

  #entry(orderId: string | null): LedgerEntry {
    let entry = this.#entries.get(orderId);
    if (entry === undefined) {
      entry = { orderId, captured: 0, refunded: 0, captures: 0, refunds: 0 };
      this.#entries.set(orderId, entry);
      this.#lines.push(entry);
      this.#totals.orders += 1;
    }
    return entry;
  }
}
