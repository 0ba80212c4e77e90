import { CodedError } from '@/infrastructure/errors/coded-error';

/** There is no replay of this id. */
export class UnknownReplayError extends CodedError {
  readonly code = 'UNKNOWN_REPLAY';
  readonly retryable = false;
  override readonly status = 404;

  constructor(id: string) {
    super(`There is no replay '${id}'.`);
  }
}

/** No handler of this name takes an event type of the topic. */
export class UnknownReplayHandlerError extends CodedError {
  readonly code = 'UNKNOWN_REPLAY_HANDLER';
  readonly retryable = false;
  override readonly status = 404;
}

/** Handlers of the same name are in several groups, or the chosen ones are of different groups: name the group. */
export class AmbiguousReplayHandlersError extends CodedError {
  readonly code = 'REPLAY_HANDLERS_AMBIGUOUS';
  readonly retryable = false;
  override readonly status = 409;
}

/** The handler has not said what its effects are, so they cannot be undone or kept apart. */
export class EffectsUndeclaredError extends CodedError {
  readonly code = 'REPLAY_EFFECTS_UNDECLARED';
  readonly retryable = false;
  override readonly status = 409;
}

/** The handler cannot be rebuilt: it has no `reset`, names no tables, or its tables cannot be exchanged safely. */
export class NotRebuildableError extends CodedError {
  readonly code = 'REPLAY_NOT_REBUILDABLE';
  readonly retryable = false;
  override readonly status = 409;
}

/** The range cannot be replayed: it is empty, unknown, or would leave a rebuilt table incomplete. */
export class ReplayRangeError extends CodedError {
  readonly code = 'REPLAY_RANGE_REFUSED';
  readonly retryable = false;
  override readonly status = 409;
}

/** A replay of one of these handlers is not finished: resume or cancel it first. */
export class ReplayUnderWayError extends CodedError {
  readonly code = 'REPLAY_UNDER_WAY';
  readonly retryable = true;
  override readonly status = 409;
}

/** The replay is not in a state that this can be done in. */
export class ReplayStateError extends CodedError {
  readonly code = 'REPLAY_STATE';
  readonly retryable = false;
  override readonly status = 409;
}

/** Without tables there is no inbox and no progress to replay by. */
export class ReplayNeedsDatabaseError extends CodedError {
  readonly code = 'REPLAY_NEEDS_DATABASE';
  readonly retryable = false;
  override readonly status = 409;
}

/** A handler that is being rebuilt wrote to a table that it does not name in `rebuilds`; it was rolled back. */
export class WriteOutsideRebuildError extends CodedError {
  readonly code = 'REPLAY_WRITE_OUTSIDE_REBUILD';
  readonly retryable = false;

  constructor(handlers: readonly string[], tables: readonly string[]) {
    super(`${handlers.join(', ')} writes to ${tables.join(', ')}, which is not named in 'rebuilds'.`);
  }
}

/** An event that the live group has handled meanwhile failed in the rebuild; the old rows stay. Resume it. */
export class CatchUpFailedError extends CodedError {
  readonly code = 'REPLAY_CATCH_UP_FAILED';
  readonly retryable = false;
}

/** So many events failed that the replay was given up. */
export class TooManyFailuresError extends CodedError {
  readonly code = 'REPLAY_TOO_MANY_FAILURES';
  readonly retryable = false;

  constructor(limit: number) {
    super(`More than ${limit} events failed.`);
  }
}

/** The topic was made anew since the replay was started; its offsets mean something else. */
export class TopicReplacedError extends CodedError {
  readonly code = 'REPLAY_TOPIC_REPLACED';
  readonly retryable = false;

  constructor(topic: string) {
    super(`Topic '${topic}' is another one than when the replay was started.`);
  }
}

/** Retention removed events of the range before they were read, so the rebuilt rows would lack them. */
export class ReplayEventsExpiredError extends CodedError {
  readonly code = 'REPLAY_EVENTS_EXPIRED';
  readonly retryable = false;
}

/** The process that ran the replay has lost it: to a shutdown, to a cancellation, or to a later run. */
export class ReplayInterruptedError extends CodedError {
  readonly code = 'REPLAY_INTERRUPTED';
  readonly retryable = true;
}
