/** One thing that is wrong with an input: where, and why. `path` is a JSON path such as `data.items[0].price`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

export interface CodedErrorOptions {
  readonly cause?: unknown;
  readonly faults?: readonly Fault[];
}

/**
 * Base of every error we throw on purpose. `code` is stable and listed in docs/errors.md; `retryable` says
 * whether the same call can succeed later without a change; `status` is the HTTP status a client sees.
 */
export abstract class CodedError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  readonly status: number = 500;
  readonly faults: readonly Fault[];

  constructor(message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.faults = options.faults ?? [];
  }
}
