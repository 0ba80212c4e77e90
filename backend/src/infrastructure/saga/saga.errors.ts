import { CodedError } from '@/infrastructure/errors/coded-error';
import { NotHereError } from '@/infrastructure/kafka/delivery/delivery.errors';

/** A saga definition contradicts itself; the application does not start. */
export class InvalidSagaDefinitionError extends CodedError {
  readonly code = 'INVALID_SAGA_DEFINITION';
  readonly retryable = false;

  constructor(type: string, faults: readonly string[]) {
    super(`Saga '${type}': ${faults.join('; ')}.`, {
      faults: faults.map((message) => ({ path: `sagas.${type}`, message })),
    });
  }
}

/** A saga in the database needs a definition that this build does not have; it must not be run by another one. */
export class UnknownSagaVersionError extends NotHereError {
  readonly code = 'UNKNOWN_SAGA_VERSION';

  constructor(
    unknown: readonly { readonly type: string; readonly version: number; readonly count: number }[],
  ) {
    const list = unknown
      .map(({ type, version, count }) => `${count} of '${type}' version ${version}`)
      .join(', ');
    super(`Unfinished sagas without a definition in this build: ${list}. Start the build that began them.`);
  }
}

/** There is no saga of this id. */
export class SagaNotFoundError extends CodedError {
  readonly code = 'SAGA_NOT_FOUND';
  readonly retryable = false;
  override readonly status = 404;

  constructor(id: string) {
    super(`There is no saga '${id}'.`);
  }
}

/** Another saga has the subject's lock; this one can be started when that one has ended. */
export class SagaLockedError extends CodedError {
  readonly code = 'SAGA_LOCKED';
  readonly retryable = true;
  override readonly status = 409;

  constructor(type: string, subject: string) {
    super(`Saga '${type}' of '${subject}' cannot start while another one of it is unfinished.`);
  }
}

/** Waiting inside the transaction that starts a saga would wait for its own commit. */
export class SagaAwaitedInTransactionError extends CodedError {
  readonly code = 'SAGA_AWAITED_IN_TRANSACTION';
  readonly retryable = false;

  constructor() {
    super(
      "A saga's end cannot be awaited inside a unit of work; start it there and await it after the commit.",
    );
  }
}
