import { CodedError } from '@/infrastructure/errors/coded-error';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';

/** Something was asked for that only an application with a database has. */
export class NoDatabaseError extends CodedError {
  readonly code = 'NO_DATABASE';
  readonly retryable = false;

  constructor() {
    super("A unit of work needs a database: give KafkaModule the option 'database' with its url.");
  }
}

/** What `UnitOfWork` is in an application without a database: nothing is in progress, and none can be begun. */
export function withoutDatabase(): UnitOfWork {
  return new UnitOfWork({
    transaction: () => Promise.reject(new NoDatabaseError()),
  });
}
