import { CodedError } from '@/infrastructure/errors/coded-error';

/** Somebody else has appended to the stream meanwhile; load it again and decide again. */
export class StreamConflictError extends CodedError {
  readonly code = 'STREAM_CONFLICT';
  readonly retryable = true;
  override readonly status = 409;

  constructor(streams: readonly { readonly id: string; readonly version: number }[]) {
    const expected = streams.map(({ id, version }) => `'${id}' at ${version}`).join(', ');
    super(`A stream is not at the version that was expected: ${expected}.`);
  }
}

/** A stored event has a type that this build does not know, or a newer schema version than it knows. */
export class UnreadableStreamEventError extends CodedError {
  readonly code = 'UNREADABLE_STREAM_EVENT';
  readonly retryable = false;

  constructor(type: string, schemaVersion: number, known: number | undefined) {
    super(
      known === undefined
        ? `The stream event '${type}' is not known here.`
        : `The stream event '${type}' has schema version ${schemaVersion}; versions 1 to ${known} are known here.`,
    );
  }
}

/** The projection is being rebuilt or compared already; one at a time. */
export class ProjectionBusyError extends CodedError {
  readonly code = 'PROJECTION_BUSY';
  readonly retryable = true;
  override readonly status = 409;

  constructor(projection: string) {
    super(`The projection '${projection}' is being rebuilt or compared already.`);
  }
}

/**
 * Transactions held the streams or the tables for so long that the rebuilt tables could not be put in place, in five
 * attempts; nothing was changed. Ask again when less is going on.
 */
export class ProjectionLockedError extends CodedError {
  readonly code = 'PROJECTION_LOCKED';
  readonly retryable = true;

  constructor(projection: string, cause: unknown) {
    super(
      `The rebuilt tables of '${projection}' could not be put in place: others held the streams or the tables.`,
      {
        cause,
      },
    );
  }
}

/** A stream says that it is at another version than its last event: somebody has changed one of them by hand. */
export class StreamIncompleteError extends CodedError {
  readonly code = 'STREAM_INCOMPLETE';
  readonly retryable = false;

  constructor(stream: string, version: number) {
    super(`The stream '${stream}' is at version ${version}, and its events are not.`);
  }
}

/** The service has no projection of this name that is made of streams. */
export class UnknownProjectionError extends CodedError {
  readonly code = 'UNKNOWN_PROJECTION';
  readonly retryable = false;
  override readonly status = 404;

  constructor(projection: string) {
    super(`There is no projection '${projection}' that is made of streams.`);
  }
}
