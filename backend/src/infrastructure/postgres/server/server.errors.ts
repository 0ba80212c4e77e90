import { CodedError } from '@/infrastructure/errors/coded-error';

/** The embedded PostgreSQL cannot run here at all; a person has to change something first. */
export class EmbeddedServerUnsupportedError extends CodedError {
  readonly code = 'EMBEDDED_POSTGRES_UNSUPPORTED';
  readonly retryable = false;
}

/** PostgreSQL was started and did not come up; the message ends with the last lines of its own log. */
export class EmbeddedServerFailedError extends CodedError {
  readonly code = 'EMBEDDED_POSTGRES_FAILED';
  readonly retryable = true;
}

/** Another process holds the data directory's lock for longer than any start or stop takes. */
export class DataDirectoryBusyError extends CodedError {
  readonly code = 'DATA_DIR_BUSY';
  readonly retryable = true;
}

/** The data directory cannot be used: not writable, of another user, or its files do not fit together. */
export class DataDirectoryUnusableError extends CodedError {
  readonly code = 'DATA_DIR_UNUSABLE';
  readonly retryable = false;
}
