import { CodedError } from '@/infrastructure/errors/coded-error';

/** The server does not answer, or ended the connection. Whether a commit under way took place is not known then. */
export class DatabaseUnavailableError extends CodedError {
  readonly code = 'DATABASE_UNAVAILABLE';
  readonly retryable = true;
  override readonly status = 503;
}

/** A statement of work that nobody awaited: its transaction has ended without it. */
export class TransactionEndedError extends CodedError {
  readonly code = 'TRANSACTION_ENDED';
  readonly retryable = false;

  constructor() {
    super('The transaction has ended. Await everything that belongs to it before its work resolves.');
  }
}

/** A statement failed, its error was swallowed, and the work resolved: the server rolled everything back. */
export class TransactionAbortedError extends CodedError {
  readonly code = 'TRANSACTION_ABORTED';
  readonly retryable = true;

  constructor() {
    super('A statement of the transaction had failed, so it was rolled back. Let the error through.');
  }
}

// Class 08 connection exception, 57P0x shutdown in progress, 53300 too many connections: PostgreSQL manual, appendix A.
const UNAVAILABLE_STATES = /^(08|57P0|53300)/;
const UNAVAILABLE_SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT']);
const UNAVAILABLE_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/;

export function isUnavailable(error: unknown): boolean {
  try {
    if (!(error instanceof Error)) return false;
    if (error instanceof DatabaseUnavailableError) return true;
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && (UNAVAILABLE_STATES.test(code) || UNAVAILABLE_SYSTEM_CODES.has(code)))
      return true;
    return UNAVAILABLE_MESSAGES.test(error.message);
  } catch {
    // Work may throw what does not let itself be read; that is none of the database's errors.
    return false;
  }
}

/** Connection faults get their code; everything else (constraint violations first of all) passes unchanged. */
export function translateDatabaseError(error: unknown): unknown {
  if (!isUnavailable(error) || error instanceof DatabaseUnavailableError) return error;
  return new DatabaseUnavailableError('The database does not answer.', { cause: error });
}
