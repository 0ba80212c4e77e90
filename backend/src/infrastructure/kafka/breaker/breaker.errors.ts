import { CodedError } from '@/infrastructure/errors/coded-error';

/** Something the handler needs does not answer. A handler throws it itself, or names its own errors in `dependencyErrors`. */
export class DependencyError extends CodedError {
  readonly code = 'DEPENDENCY_UNAVAILABLE';
  readonly retryable = true;
  override readonly status = 503;

  constructor(
    readonly dependency: string,
    cause?: unknown,
  ) {
    super(`${dependency} does not answer.`, { cause });
  }
}

/** The breaker of a dependency is open: the call was not made, so nothing of it has happened. Costs a handler no attempt. */
export class CircuitOpenError extends CodedError {
  readonly code = 'CIRCUIT_OPEN';
  readonly retryable = true;
  override readonly status = 503;

  constructor(readonly dependency: string) {
    super(`${dependency} is not called for a while, since it did not answer.`);
  }
}
