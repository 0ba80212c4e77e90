import { CodedError } from '@/infrastructure/errors/coded-error';

/** The partition belongs to a later owner; this run's effect was rolled back. */
export class FencedError extends CodedError {
  readonly code = 'FENCED';
  readonly retryable = false;
}

/** Somebody decided about a parked event while it was running; the run was rolled back, the decision stands. */
export class ParkedEventChangedError extends CodedError {
  readonly code = 'PARKED_EVENT_CHANGED';
  readonly retryable = true;

  constructor() {
    super('A parked event was changed while it was running.');
  }
}

/** The inbox has forgotten what is this old, so whether the event had its effect cannot be known. */
export class TooOldToDeduplicateError extends CodedError {
  readonly code = 'TOO_OLD_TO_DEDUPLICATE';
  readonly retryable = false;
}

/** A parked event waits for handlers that nobody registers any more. */
export class HandlerUnregisteredError extends CodedError {
  readonly code = 'HANDLER_UNREGISTERED';
  readonly retryable = false;
}

/**
 * What the event needs is in another process, such as a later build beside this one. Costs no attempt: the event is
 * parked until its partition belongs to a process that has it.
 */
export abstract class NotHereError extends CodedError {
  readonly retryable = true;
}
