import { createTransport, type Transporter } from 'nodemailer';
import type { DependencyBreaker } from '@/infrastructure/kafka/breaker/dependency-breaker';
import { RecipientRefusedError, SmtpUnavailableError } from './mail.errors';

export interface OutgoingMail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface SmtpFault {
  readonly code?: string;
  readonly responseCode?: number;
}

const TIMEOUT_MS = 5_000;
const MAX_CONNECTIONS = 4;

/** Hands mails to an SMTP server; resolves when the server has taken the mail over. */
export class MailSender {
  private readonly transport: Transporter;

  constructor(
    url: string,
    private readonly from: string,
    private readonly breaker: DependencyBreaker,
  ) {
    this.transport = createTransport({
      url,
      pool: true,
      maxConnections: MAX_CONNECTIONS,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Throws `RecipientRefusedError` or, when it may go better later, `SmtpUnavailableError`. */
  async send({ to, ...mail }: OutgoingMail): Promise<void> {
    try {
      await this.breaker.execute(() =>
        this.transport.sendMail({ from: this.from, to: { name: '', address: to }, ...mail }),
      );
    } catch (error) {
      throw translate(error);
    }
  }

  close(): void {
    this.transport.close();
  }
}

const AWAY = new Set(['ECONNECTION', 'ESOCKET', 'ETIMEDOUT', 'EDNS', 'ECONNREFUSED', 'ECONNRESET']);
/** RFC 5321: the server is going to close; any other answer is about this mail. */
const CLOSING = 421;

/** Nobody there, or about to go; a refusal, for now or for good, is an answer. */
export function isMailServerAway(error: unknown): boolean {
  const { code, responseCode } = error as SmtpFault;
  return responseCode === CLOSING || (responseCode === undefined && AWAY.has(code ?? ''));
}

function translate(error: unknown): Error {
  const { code, responseCode } = error as SmtpFault;
  const permanent = code === 'EENVELOPE' || (responseCode !== undefined && responseCode >= 500);
  const temporary = responseCode !== undefined && responseCode >= 400 && responseCode < 500;
  if (permanent && !temporary) {
    return new RecipientRefusedError('The mail server refuses the mail.', { cause: error });
  }
  return new SmtpUnavailableError('The mail server does not take the mail now.', { cause: error });
}
