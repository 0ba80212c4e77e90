import type { LedgerLine } from '../ledger';
import type { EventPlace } from '../violation';

export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
}

export interface OrderEvent extends EventPlace {
  readonly source: string | null;
  /** Milliseconds since the epoch, of the append. */
  readonly at: number;
  /** Of `order.created` and `order.status.updated`. */
  readonly detail: {
    readonly items?: readonly OrderLine[];
    readonly totals?: { readonly total: number };
    readonly currency?: string | null;
    readonly oldStatus?: string;
    readonly newStatus?: string;
  } | null;
}

export interface Movement extends OrderLine {
  readonly kind: string;
}

/** Everything that there is of an order in the raw log, in the provider's ledger and in the services' tables. */
export interface OrderFacts {
  readonly orderId: string;
  /** By topic, then as they follow one another in it. */
  readonly events: readonly OrderEvent[];
  /** As the order service tells; times in ms. */
  readonly recorded:
    | {
        readonly status: string;
        readonly history: readonly string[];
        readonly createdAt: number;
        readonly updatedAt: number;
      }
    | undefined;
  readonly ledger: Omit<LedgerLine, 'orderId'> | undefined;
  readonly movements: readonly Movement[];
  readonly payment: string | undefined;
  readonly reservation: string | undefined;
  readonly shipment: string | undefined;
  /** Unfinished ones, and an order without one that waits for something; when it goes on by itself, in ms. */
  readonly sagas: readonly { readonly deadline: number | null }[];
  /** The events that its sagas say they have had. */
  readonly heard: readonly string[];
}

export interface Circumstances {
  /** Milliseconds since the epoch, of the beginning of the check. */
  readonly now: number;
  /** What moved within this time is still running. */
  readonly youngMs: number;
  /** Nothing may be running. */
  readonly settled: boolean;
  /** The log has everything of orders that were placed from here on, in ms. */
  readonly completeSince: number;
  /** Of orders that do not say theirs. */
  readonly currency: string;
  readonly ledgerKnown: boolean;
}

export const ofType = (facts: OrderFacts, type: string): readonly OrderEvent[] =>
  facts.events.filter(({ eventType }) => eventType === type);

export const createdOf = (facts: OrderFacts): OrderEvent | undefined => ofType(facts, 'order.created')[0];

export const subjectOf = ({ orderId }: OrderFacts): string => `order ${orderId}`;

/** Repetitions of an event are another check's. */
export function changesOf(facts: OrderFacts): readonly OrderEvent[] {
  const seen = new Set<string | null>();
  return ofType(facts, 'order.status.updated').filter(({ eventId }) => {
    if (seen.has(eventId)) return false;
    seen.add(eventId);
    return true;
  });
}

/** The statuses that the raw topic tells, from the first. */
export function historyOnTopic(facts: OrderFacts): readonly string[] {
  return ['pending', ...changesOf(facts).map(({ detail }) => detail?.newStatus ?? '?')];
}
