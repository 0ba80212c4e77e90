import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Breakers } from '@/infrastructure/kafka/breaker/breakers';
import { muteInReplay } from '@/infrastructure/kafka/replay/mute-in-replay';
import { Mailbox } from '../state/mailbox';
import { MAIL_SETTINGS, type MailSettings } from './mail.environment';
import { MailboxServer } from './mailbox-server';
import { isMailServerAway, MailSender, type OutgoingMail } from './mail-sender';
import { SmtpUnavailableError } from './mail.errors';

/** Sends by `SMTP_URL`; without one, into a mailbox of our own, by SMTP all the same. */
@Injectable()
export class MailService implements OnModuleInit, OnApplicationShutdown {
  private mailboxServer: MailboxServer | undefined;
  private sender: MailSender | undefined;

  constructor(
    @Inject(MAIL_SETTINGS) private readonly settings: MailSettings,
    private readonly mailbox: Mailbox,
    private readonly breakers: Breakers,
  ) {}

  async onModuleInit(): Promise<void> {
    const url = this.settings.smtpUrl ?? (await this.startMailbox());
    const breaker = this.breakers.of('mail-server', { isFailure: isMailServerAway });
    this.sender = muteInReplay(new MailSender(url, this.settings.from, breaker), { name: 'mail-server' });
  }

  async onApplicationShutdown(): Promise<void> {
    this.sender?.close();
    await this.mailboxServer?.close();
  }

  async send(mail: OutgoingMail): Promise<void> {
    if (!this.sender) throw new SmtpUnavailableError('Mail is not ready yet.');
    await this.sender.send(mail);
  }

  private async startMailbox(): Promise<string> {
    this.mailboxServer = new MailboxServer((mail) => this.mailbox.add(mail));
    return `smtp://127.0.0.1:${await this.mailboxServer.listen()}`;
  }
}
