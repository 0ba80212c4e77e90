import { CodedError } from '@/infrastructure/errors/coded-error';

/** Two handlers of one name want the same event type; their inbox rows could not be told apart. */
export class DuplicateHandlerError extends CodedError {
  readonly code = 'DUPLICATE_HANDLER';
  readonly retryable = false;

  constructor(name: string, eventType: string) {
    super(
      `A handler named '${name}' is registered for '${eventType}' already; give one of them a name of its own.`,
    );
  }
}
