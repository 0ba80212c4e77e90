import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';
import type { LetterStatus } from './letter';

/** No dead letter has this id. */
export class DeadLetterNotFoundError extends CodedError {
  readonly code = 'DEAD_LETTER_NOT_FOUND';
  readonly retryable = false;
  override readonly status = 404;

  constructor(id: string) {
    super(`There is no dead letter '${id}'.`);
  }
}

/** Somebody has decided about the letter already, or it is on its way to its handler. */
export class DeadLetterDecidedError extends CodedError {
  readonly code = 'DEAD_LETTER_DECIDED';
  readonly retryable = false;
  override readonly status = 409;

  constructor(
    id: string,
    readonly letterStatus: LetterStatus,
  ) {
    super(`Dead letter '${id}' is ${letterStatus}; only one that is dead can be decided about.`);
  }
}

/** The events of the letter's key wait at the same event for another handler; that letter comes first. */
export class LaneWaitsElsewhereError extends CodedError {
  readonly code = 'LANE_WAITS_FOR_ANOTHER_LETTER';
  readonly retryable = false;
  override readonly status = 409;

  constructor(handler: string) {
    super(`The key waits at this event for handler '${handler}'; decide about that letter first.`);
  }
}

/** A decision about the letter's key is being carried out; it takes a moment. */
export class LaneBeingDecidedError extends CodedError {
  readonly code = 'LANE_BEING_DECIDED';
  readonly retryable = true;
  override readonly status = 409;

  constructor() {
    super('A decision about this key is being carried out; try again in a moment.');
  }
}

/** The topic was made anew since, so the letter's offset means another record now. Such a letter can be skipped. */
export class LetterTopicReplacedError extends CodedError {
  readonly code = 'TOPIC_REPLACED';
  readonly retryable = false;
  override readonly status = 409;

  constructor(topic: string) {
    super(`'${topic}' was made anew since the letter died, so it cannot run in its place any more; skip it.`);
  }
}

/** The event cannot run with the value that an operator gives it; `faults` name the wrong places. */
export class EditRefusedError extends CodedError {
  readonly code = 'EDIT_REFUSED';
  readonly retryable = false;
  override readonly status = 422;

  constructor(reason: string, faults: readonly Fault[] = [], cause?: unknown) {
    super(`The edited event cannot run: ${reason}`, { faults, cause });
  }
}
