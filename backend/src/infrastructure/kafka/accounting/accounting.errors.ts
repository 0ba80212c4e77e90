import { CodedError } from '@/infrastructure/errors/coded-error';

/** Outcomes are kept in a database, and this application has none. */
export class NoAccountsError extends CodedError {
  readonly code = 'NO_ACCOUNTS';
  readonly retryable = false;
  override readonly status = 404;

  constructor() {
    super("Accounts are kept in a database: give KafkaModule the option 'database' with its url.");
  }
}
