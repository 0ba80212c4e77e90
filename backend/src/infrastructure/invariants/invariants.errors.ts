import { CodedError } from '@/infrastructure/errors/coded-error';

/** A part that is needed for the check does not answer, or is not there yet. Nothing is said about the invariants. */
export class InvariantsUncheckedError extends CodedError {
  readonly code = 'INVARIANTS_UNCHECKED';
  readonly retryable = true;
  override readonly status = 503;

  constructor(part: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The invariants cannot be checked, ${part}: ${reason}`, { cause });
  }
}

/** Another process checks the same database, by a command or for an operator. Ask again when it has ended. */
export class InvariantCheckRunningError extends CodedError {
  readonly code = 'INVARIANT_CHECK_RUNNING';
  readonly retryable = true;
  override readonly status = 409;

  constructor() {
    super('The invariants are being checked by another process.');
  }
}
