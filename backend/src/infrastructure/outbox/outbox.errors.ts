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
