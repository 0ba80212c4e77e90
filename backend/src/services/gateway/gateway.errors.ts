import { CodedError } from '@/infrastructure/errors/coded-error';
import { RetryLaterError } from '@/infrastructure/http/http.errors';

/** The write key of an analytics batch is missing or unknown. */
export class WriteKeyError extends CodedError {
  readonly code = 'INVALID_WRITE_KEY';
  readonly retryable = false;
  override readonly status = 401;

  constructor() {
    super('The write key is missing or unknown.');
  }
}

/** An analytics batch is larger than a batch may be. */
export class BatchTooLargeError extends CodedError {
  readonly code = 'BATCH_TOO_LARGE';
  readonly retryable = false;
  override readonly status = 413;

  constructor(limit: number) {
    super(`A batch has at most ${limit} bytes.`);
  }
}

/** The body of an analytics batch is not JSON of the described form. */
export class MalformedBatchError extends CodedError {
  readonly code = 'MALFORMED_JSON';
  readonly retryable = false;
  override readonly status = 400;

  constructor() {
    super('The body is not JSON.');
  }
}

/** Some events of the batch may have been taken; sending it again does no harm. */
export class EventsUnavailableError extends RetryLaterError {
  readonly code = 'EVENTS_UNAVAILABLE';
  override readonly status = 503;
  readonly retryAfterSeconds = 2;

  constructor(cause: unknown) {
    super('Events cannot be taken now.', { cause });
  }
}

/** The process that runs the service does not answer, or nobody said where it is. */
export class ServiceUnavailableError extends RetryLaterError {
  readonly code = 'SERVICE_UNAVAILABLE';
  override readonly status = 503;
  readonly retryAfterSeconds = 1;

  constructor(service: string, cause?: unknown) {
    super(`The ${service} service does not answer.`, { cause });
  }
}
