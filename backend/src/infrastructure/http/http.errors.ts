import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';

/** The request does not have the shape its route asks for; each fault says where and why. */
export class InvalidInputError extends CodedError {
  readonly code = 'INVALID_INPUT';
  readonly retryable = false;
  override readonly status = 400;

  constructor(faults: readonly Fault[]) {
    super('The request has invalid or missing values.', { faults });
  }
}

/** Not answered in time. What the request asked for may still happen: repeat it with its idempotency key. */
export class AnswerTimeoutError extends CodedError {
  readonly code = 'ANSWER_TIMEOUT';
  readonly retryable = true;
  override readonly status = 503;

  constructor(withinMs: number) {
    super(`No answer within ${withinMs} ms.`);
  }
}

/** Base of errors that tell the client when to come again. */
export abstract class RetryLaterError extends CodedError {
  readonly retryable = true;
  abstract readonly retryAfterSeconds: number;
}

/** This process serves as many event streams as it can. */
export class TooManyStreamsError extends RetryLaterError {
  readonly code = 'TOO_MANY_STREAMS';
  override readonly status = 503;
  readonly retryAfterSeconds = 5;

  constructor(limit: number) {
    super(`All ${limit} event streams of this process are taken.`);
  }
}
