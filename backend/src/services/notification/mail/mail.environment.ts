import { z } from 'zod';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { type Environment, readEnvironment, text } from '@/infrastructure/config/env';
import type { Fault } from '@/infrastructure/errors/coded-error';

export interface MailSettings {
  /** Undefined: the built-in mailbox. */
  readonly smtpUrl: string | undefined;
  readonly from: string;
}

export const MAIL_SETTINGS = Symbol('mail settings');

const DEFAULT_FROM = 'The Shop <hello@shop.example>';

export const mailVariables = z.object({
  SMTP_URL: text()
    .refine(
      (url) => url === undefined || /^smtps?:\/\/[^/]+/.test(url),
      'must be an address such as smtp://user:password@mail.example:587',
    )
    .meta({
      description: 'A mail server, as `smtp://user:password@host:587`',
      byDefault: 'the built-in mailbox',
    }),
  MAIL_FROM: text().meta({ description: 'Sender of the mails', byDefault: DEFAULT_FROM }),
});

/** Throws `ConfigurationError`. */
export function mailSettings(environment: Environment = process.env): MailSettings {
  const faults: Fault[] = [];
  const read = readEnvironment(mailVariables, environment, faults);
  if (!read) throw new ConfigurationError(faults);
  return { smtpUrl: read.SMTP_URL, from: read.MAIL_FROM ?? DEFAULT_FROM };
}
