import { isWeekJustMade } from '@/infrastructure/kafka/inbox/week-just-made';
import { DatabaseUnavailableError } from '@/infrastructure/postgres/database.errors';
import { FencedError, NotHereError, ParkedEventChangedError } from '../delivery.errors';
import type { RetryOptions } from '../delivery.options';
import { isOfKind } from '../error-kinds';

/** Serialization failure and deadlock: PostgreSQL manual, appendix A. */
const RERUN_STATES = new Set(['40001', '40P01']);

/** Two transactions met. Run again, this one is fine. */
export const isRerun = (error: unknown): boolean =>
  error instanceof Error &&
  (RERUN_STATES.has(String((error as { code?: unknown }).code)) || isWeekJustMade(error));

/** Nobody's fault and over by itself: our database is away, or two transactions met. Costs no attempt. */
export const isPassing = (error: unknown): boolean =>
  !(error instanceof FencedError) && (isOfKind(error, [DatabaseUnavailableError]) || isRerun(error));

/** Of this event and in this process only, and over when another one has its partition. Costs no attempt. */
export const isNotHere = (error: unknown): boolean => isOfKind(error, [NotHereError]);

export const isFenced = (error: unknown): boolean => error instanceof FencedError;
export const isChanged = (error: unknown): boolean => error instanceof ParkedEventChangedError;

/** No further run would help, by what the handler said about its errors. */
export const isFinal = (error: unknown, { retryable, fatal }: RetryOptions): boolean =>
  isOfKind(error, fatal) || (retryable !== undefined && !isOfKind(error, retryable));
