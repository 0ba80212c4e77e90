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

/** A process audits one thing at a time. Wait for the audit, or stop it: `DELETE /ops/api/accounting/audit/<id>`. */
export class AuditRunningError extends CodedError {
  readonly code = 'AUDIT_RUNNING';
  readonly retryable = true;
  override readonly status = 409;

  constructor(id: string) {
    super(`The audit '${id}' is still running.`);
  }
}

/** No process that answers has an audit with this id; the last ten are remembered until the process ends. */
export class AuditNotFoundError extends CodedError {
  readonly code = 'AUDIT_NOT_FOUND';
  readonly retryable = false;
  override readonly status = 404;

  constructor(id: string) {
    super(`There is no audit '${id}'.`);
  }
}
