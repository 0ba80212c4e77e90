import { CodedError } from '@/infrastructure/errors/coded-error';

/** The mail server does not answer or asks to come again. */
export class SmtpUnavailableError extends CodedError {
  readonly code = 'SMTP_UNAVAILABLE';
  readonly retryable = true;
  override readonly status = 503;
}

/** The mail server refuses this mail for good. */
export class RecipientRefusedError extends CodedError {
  readonly code = 'RECIPIENT_REFUSED';
  readonly retryable = false;
}
