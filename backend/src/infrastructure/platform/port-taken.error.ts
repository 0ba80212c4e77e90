import { CodedError } from '@/infrastructure/errors/coded-error';

/** Another process listens on the port; its variable is named in the message. */
export class PortTakenError extends CodedError {
  readonly code = 'PORT_TAKEN';
  readonly retryable = false;

  /** Anything but an occupied port passes unchanged. */
  static from(error: unknown, variable: string, port: number): unknown {
    if ((error as { code?: unknown } | null)?.code !== 'EADDRINUSE') return error;
    return new PortTakenError(
      `Port ${port} is taken by another process; end it or set ${variable} to a free one.`,
      {
        cause: error,
      },
    );
  }
}
