import { CodedError } from '@/infrastructure/errors/coded-error';

/** A service with state publishes inside its transaction only, so that no wrapper can be forgotten. */
export class NoUnitOfWorkError extends CodedError {
  readonly code = 'NO_UNIT_OF_WORK';
  readonly retryable = false;

  constructor() {
    super(
      'Publishing and unit-of-work SQL are allowed inside unitOfWork.run(…) or an event handler only, and not after ' +
        'it has resolved: await them.',
    );
  }
}

/** The relay gave no sign of life for as long as its lease: another one may move its rows by now. */
export class RelayLeaseLostError extends CodedError {
  readonly code = 'RELAY_LEASE_LOST';
  readonly retryable = true;
}

/** No refused row of this number waits for a decision: it was sent again or set aside, or it never was. */
export class NotRefusedError extends CodedError {
  readonly code = 'OUTBOX_ROW_NOT_REFUSED';
  readonly retryable = false;
  override readonly status = 404;
}
