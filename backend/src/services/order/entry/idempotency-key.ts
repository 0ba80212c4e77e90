import { IdempotencyKeyRequiredError } from '../order.errors';

const USABLE = /^[\x21-\x7e]{1,255}$/;

/** Throws `IdempotencyKeyRequiredError` unless there is exactly one usable key. */
export function idempotencyKeyOf(header: string | readonly string[] | undefined): string {
  if (typeof header === 'string' && USABLE.test(header.trim())) return header.trim();
  throw new IdempotencyKeyRequiredError();
}
