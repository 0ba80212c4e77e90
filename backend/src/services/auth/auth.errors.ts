import { CodedError } from '@/infrastructure/errors/coded-error';
import { RetryLaterError } from '@/infrastructure/http/http.errors';

/** An account with this e-mail address exists. */
export class EmailTakenError extends CodedError {
  readonly code = 'EMAIL_TAKEN';
  readonly retryable = false;
  override readonly status = 409;

  constructor() {
    super('This address has an account already.', {
      faults: [{ path: 'email', message: 'has an account already' }],
    });
  }
}

/** Unknown account and wrong password look the same. */
export class InvalidCredentialsError extends CodedError {
  readonly code = 'INVALID_CREDENTIALS';
  readonly retryable = false;
  override readonly status = 401;

  constructor() {
    super('Address or password is wrong.');
  }
}

/** Too many failed logins for this account; wait as long as `Retry-After` says. */
export class TooManyLoginsError extends RetryLaterError {
  readonly code = 'TOO_MANY_LOGINS';
  override readonly status = 429;

  constructor(readonly retryAfterSeconds: number) {
    super('Too many failed logins of this account; try again later.');
  }
}

/** More passwords are being checked than this process can check at once. */
export class AccountsBusyError extends RetryLaterError {
  readonly code = 'ACCOUNTS_BUSY';
  override readonly status = 503;
  readonly retryAfterSeconds = 2;

  constructor() {
    super('Too many are registering or logging in at this moment.');
  }
}

/** The token outlived the account. */
export class UserNotFoundError extends CodedError {
  readonly code = 'USER_NOT_FOUND';
  readonly retryable = false;
  override readonly status = 404;

  constructor() {
    super('This account is gone.');
  }
}
