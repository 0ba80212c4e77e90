import type { OrderRequest } from '@/api/shop.types';

const KEY = 'shop:checkout-attempt';

interface Attempt {
  readonly fingerprint: string;
  readonly idempotencyKey: string;
}

function stored(): Attempt | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Attempt | null;
  } catch {
    return null;
  }
}

/**
 * The key under which the server knows this order. A second try of the same order, after a lost answer or a reload,
 * carries the same key and cannot become a second order; a changed order is another attempt.
 */
export function idempotencyKeyOf(order: OrderRequest, newKey: () => string): string {
  const fingerprint = JSON.stringify(order);
  const known = stored();
  if (known?.fingerprint === fingerprint) return known.idempotencyKey;
  const attempt: Attempt = { fingerprint, idempotencyKey: newKey() };
  try {
    sessionStorage.setItem(KEY, JSON.stringify(attempt));
  } catch {
    // Without storage the key lasts as long as its request.
  }
  return attempt.idempotencyKey;
}

export function endAttempt(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept where nothing can be stored.
  }
}
