import { isOfKind } from '@/infrastructure/kafka/delivery/error-kinds';
import type { ErrorKind } from '@/infrastructure/kafka/delivery/delivery.options';
import { causesOf, fieldOf } from '@/infrastructure/kafka/delivery/failure';
import { CircuitOpenError, DependencyError } from './breaker.errors';

export type Classifier = (error: unknown) => boolean;

const ALWAYS: readonly ErrorKind[] = [DependencyError, CircuitOpenError];

/** Nobody there, or nobody who answers: Node's system errors, and those of its `fetch`. */
const UNREACHABLE: readonly ErrorKind[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
];

/** Errors that a dependency's breaker has counted, so that they stay known through whatever they are wrapped in. */
const counted = new WeakSet<object>();

export function markAsDependencyFailure(error: unknown): void {
  if (typeof error === 'object' && error !== null) counted.add(error);
}

/**
 * What opens a handler's breaker: `DependencyError`, a call that a dependency's breaker held back or counted as
 * failed, and the handler's own kinds; each also as a cause of what was thrown.
 */
export function classifier(kinds: readonly ErrorKind[]): Classifier {
  const all = [...ALWAYS, ...kinds];
  return (error) =>
    [error, ...causesOf(error)].some((one) => typeof one === 'object' && one !== null && counted.has(one)) ||
    isOfKind(error, all);
}

/** The run did not get through to a dependency whose breaker is open. It costs the event no attempt. */
export const isHeldByBreaker = (error: unknown): boolean => isOfKind(error, [CircuitOpenError]);

/** What opens a dependency's breaker where nothing else is said: no answer, a time-out, 429 or 5xx. */
export function isNoAnswer(error: unknown): boolean {
  if (isOfKind(error, [...ALWAYS, ...UNREACHABLE])) return true;
  return [error, ...causesOf(error)].some(
    (one) => fieldOf(one, 'name') === 'TimeoutError' || isServerError(one),
  );
}

function isServerError(error: unknown): boolean {
  const status = fieldOf(error, 'statusCode') ?? fieldOf(error, 'status');
  return typeof status === 'number' && (status === 429 || status >= 500);
}
