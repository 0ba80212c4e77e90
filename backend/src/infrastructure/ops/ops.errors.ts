import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';

/** No process that answered has it, and one that may have it did not answer. */
export class ProcessUnreachableError extends CodedError {
  readonly code = 'PROCESS_UNREACHABLE';
  readonly retryable = true;
  override readonly status = 503;

  constructor(services: readonly string[]) {
    super(`No process that answers has it, and these services did not answer: ${services.join(', ')}.`);
  }
}

/** What another process answered to a request that was handed on to it, code and status as they were. */
export class PeerRefusal extends CodedError {
  constructor(
    readonly code: string,
    override readonly status: number,
    message: string,
    faults: readonly Fault[],
  ) {
    super(message, { faults });
  }

  get retryable(): boolean {
    return this.status === 429 || this.status === 503;
  }
}
