import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { loggerOf } from '@/infrastructure/observability/logger';
import type { ReceivedMail } from '../state/mailbox';

const MAX_MAIL_BYTES = 1_048_576;

type Answer = (error?: Error | null) => void;

/** An SMTP server on loopback that keeps what it receives, for development and tests. */
export class MailboxServer {
  private readonly logger = loggerOf('mailbox');
  private readonly server: SMTPServer;

  constructor(private readonly keep: (mail: ReceivedMail) => Promise<void>) {
    this.server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      size: MAX_MAIL_BYTES,
      logger: false,
      onData: (stream, session, answer: Answer) => {
        const [recipient] = session.envelope.rcptTo;
        this.receive(stream, recipient?.address ?? '').then(
          () => answer(),
          (error: unknown) => answer(this.refusal(error)),
        );
      },
    });
    this.server.on('error', (error: Error) => this.logger.warn({ err: error }, 'mailbox connection failed'));
  }

  /** Answers the port. */
  async listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      const listening = this.server.listen(0, '127.0.0.1', () => {
        this.server.off('error', reject);
        resolve((listening.address() as AddressInfo).port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private async receive(stream: SMTPServerDataStream, to: string): Promise<void> {
    const { messageId, subject, text, html } = await simpleParser(stream);
    if (stream.sizeExceeded) throw withCode(new Error('The mail is too large.'), 552);
    await this.keep({
      messageId: messageId ?? `<${crypto.randomUUID()}@mailbox>`,
      to,
      subject: subject ?? '',
      text: text ?? '',
      html: html === false || html === undefined ? '' : html,
    });
  }

  // 451: the sender keeps the mail and comes again.
  private refusal(error: unknown): Error {
    const refused = error instanceof Error ? error : new Error(String(error));
    if ('responseCode' in refused) return refused;
    this.logger.warn({ err: refused }, 'a mail could not be kept');
    return withCode(new Error('The mail could not be kept now.'), 451);
  }
}

const withCode = (error: Error, responseCode: number): Error => Object.assign(error, { responseCode });
