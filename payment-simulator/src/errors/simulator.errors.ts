/** One thing wrong with an input: where, and why. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Base of the errors of the process itself and of its own (not Stripe's) routes. `code` is stable. */
export abstract class SimulatorError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  readonly status: number = 500;
  readonly faults: readonly Fault[];

  constructor(message: string, options: { cause?: unknown; faults?: readonly Fault[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.faults = options.faults ?? [];
  }
}

export class InvalidOptionsError extends SimulatorError {
  readonly code = 'SIMULATOR_OPTIONS_INVALID';
  readonly retryable = false;

  constructor(faults: readonly Fault[]) {
    super(`wrong settings: ${faults.map(({ path, message }) => `${path} ${message}`).join('; ')}`, {
      faults,
    });
  }
}

export class PortTakenError extends SimulatorError {
  readonly code = 'SIMULATOR_PORT_TAKEN';
  readonly retryable = false;

  constructor(host: string, port: number, cause: unknown) {
    super(`port ${port} on ${host} is taken; set PAYMENT_SIMULATOR_PORT to another one`, { cause });
  }
}

export class DataDirectoryLockedError extends SimulatorError {
  readonly code = 'SIMULATOR_DATA_LOCKED';
  readonly retryable = false;

  constructor(directory: string, holder: number) {
    super(`${directory} is in use by the payment simulator with process id ${holder}`);
  }
}

export class JournalCorruptError extends SimulatorError {
  readonly code = 'SIMULATOR_JOURNAL_CORRUPT';
  readonly retryable = false;

  constructor(file: string, offset: number) {
    super(`${file} is damaged at byte ${offset}: acknowledged payments follow, so it is not repaired`);
  }
}

export class JournalFailedError extends SimulatorError {
  readonly code = 'SIMULATOR_JOURNAL_FAILED';
  readonly retryable = false;

  constructor(file: string, cause: unknown) {
    super(`${file} could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

export class InvalidInputError extends SimulatorError {
  readonly code = 'SIMULATOR_INPUT_INVALID';
  readonly retryable = false;
  override readonly status = 400;

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ path, message }) => `${path} ${message}`).join('; '), { faults });
  }
}

export class RefundNotPendingError extends SimulatorError {
  readonly code = 'SIMULATOR_REFUND_NOT_PENDING';
  readonly retryable = false;
  override readonly status = 409;

  constructor(id: string) {
    super(`${id} is not a refund that is pending`);
  }
}
