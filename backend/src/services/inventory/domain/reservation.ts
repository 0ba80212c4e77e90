export interface Line {
  readonly productId: string;
  readonly quantity: number;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly productId?: string;
}

export type ReservationStatus = 'reserved' | 'failed' | 'released' | 'sold';

const MAX_QUANTITY = 1_000_000;

/** One line per product, in the order in which rows are locked. */
export function sumLines(items: readonly Line[]): readonly Line[] {
  const sums = new Map<string, number>();
  for (const { productId, quantity } of items) sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  return [...sums]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .toSorted((a, b) => (a.productId < b.productId ? -1 : a.productId > b.productId ? 1 : 0));
}

/** The reason why lines cannot be taken at all, whatever the stock. */
export function linesFault(items: readonly Line[]): Refusal | undefined {
  if (items.length === 0) return { code: 'NOTHING_TO_RESERVE', message: 'The request names no items.' };
  const bad = items.find(
    ({ quantity }) => !Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY,
  );
  if (!bad) return undefined;
  const { productId, quantity } = bad;
  return {
    code: 'INVALID_QUANTITY',
    message: `${quantity} of '${productId}' cannot be reserved.`,
    productId,
  };
}

/** The first line that the stock does not cover; undefined when all of them can be taken. */
export function shortage(
  lines: readonly Line[],
  available: (productId: string) => number | undefined,
): Refusal | undefined {
  for (const { productId, quantity } of lines) {
    const left = available(productId);
    if (left === undefined) {
      return { code: 'UNKNOWN_PRODUCT', message: `There is no stock of '${productId}'.`, productId };
    }
    if (left < quantity) {
      return {
        code: 'OUT_OF_STOCK',
        message: `${left} of '${productId}' left, ${quantity} asked for.`,
        productId,
      };
    }
  }
  return undefined;
}

export type RequestDecision = 'take' | 'answer_reserved' | 'answer_failed' | 'refuse_released' | 'ignore';

/** Why a request is refused that comes after what undoes it. */
export const RELEASED: Refusal = {
  code: 'RESERVATION_CANCELLED',
  message: 'The order had been taken back before its stock was reserved.',
};

/** Why a request is refused that comes when nobody waits for its answer any more. */
export const TOO_LATE: Refusal = {
  code: 'RESERVATION_TOO_LATE',
  message: 'The deadline of the request had passed before its stock was reserved.',
};

export const FIRST_ATTEMPT = 1;

/** What is known of an order's stock when something is asked for it. */
export interface Known {
  readonly status: ReservationStatus;
  readonly attempt: number;
  /** Of one that is released: why no later attempt may take stock either. Null: a later one may. */
  readonly failure?: Refusal | null;
}

/**
 * What a request leads to, by what is known of the order's reservation. After an attempt that was released or has
 * failed only a later one takes anew, so that a late request of the earlier one takes nothing.
 */
export function onRequested(known: Known | undefined, attempt = FIRST_ATTEMPT): RequestDecision {
  if (!known) return 'take';
  if (attempt < known.attempt) return 'ignore';
  switch (known.status) {
    case 'reserved':
    case 'sold':
      return 'answer_reserved';
    case 'failed':
      return attempt > known.attempt ? 'take' : 'answer_failed';
    case 'released':
      return attempt > known.attempt && !known.failure ? 'take' : 'refuse_released';
  }
}

/** What a release leaves: the last attempt that holds nothing any more, and whether the order is over. */
export interface Released {
  /** Whether it is about what the order holds now. */
  readonly givesBack: boolean;
  readonly attempt: number;
  readonly failure: Refusal | null;
}

/**
 * `attempt` holds nothing afterwards, nor do those before it; without one the order is over. Undefined: a later
 * attempt is known, which such a word from before does not touch.
 */
export function onReleased(known: Known | undefined, attempt?: number): Released | undefined {
  if (known && attempt !== undefined && attempt < known.attempt) return undefined;
  const over = attempt === undefined || (known?.status === 'released' && known.failure);
  return {
    givesBack: known?.status === 'reserved' || known?.status === 'sold',
    attempt: attempt ?? known?.attempt ?? FIRST_ATTEMPT,
    failure: over ? RELEASED : null,
  };
}

/** Lines of a request that the order does not hold yet. */
export function missingLines(wanted: readonly Line[], held: readonly Line[]): readonly Line[] {
  const products = new Set(held.map(({ productId }) => productId));
  return wanted.filter(({ productId }) => !products.has(productId));
}

export const crossesDown = (before: number, after: number, threshold: number): boolean =>
  before > threshold && after <= threshold;
