import { CodedError } from '@/infrastructure/errors/coded-error';

/** The route needs a bearer token, and the request has none. */
export class MissingTokenError extends CodedError {
  readonly code = 'TOKEN_MISSING';
  readonly retryable = false;
  override readonly status = 401;

  constructor() {
    super('This route needs an access token: Authorization: Bearer <token>.');
  }
}

/** Not ours, altered or expired; which of them is not told. */
export class InvalidTokenError extends CodedError {
  readonly code = 'TOKEN_INVALID';
  readonly retryable = false;
  override readonly status = 401;

  constructor(cause?: unknown) {
    super('The access token is not valid; log in again.', { cause });
  }
}

/** The route is for operators, and the request does not show the operator token. */
export class OperatorTokenError extends CodedError {
  readonly code = 'OPERATOR_TOKEN_REQUIRED';
  readonly retryable = false;
  override readonly status = 401;

  constructor() {
    super('This route is for operators: Authorization: Bearer <OPERATOR_TOKEN>.');
  }
}

/** The secret for access tokens can be neither read nor made under the data directory. */
export class SecretUnavailableError extends CodedError {
  readonly code = 'SECRET_UNAVAILABLE';
  readonly retryable = false;
  override readonly status = 503;
}
