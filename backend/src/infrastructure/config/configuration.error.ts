import { CodedError, type Fault } from '@/infrastructure/errors/coded-error';

/** Start-up stops with every fault of the configuration at once; `path` is the variable's or option's name. */
export class ConfigurationError extends CodedError {
  readonly code = 'INVALID_CONFIGURATION';
  readonly retryable = false;

  constructor(faults: readonly Fault[]) {
    const lines = faults.map(({ path, message }) => `  ${path}: ${message}`);
    super(`The configuration has ${faults.length} fault(s):\n${lines.join('\n')}`, { faults });
  }
}
