import { Injectable } from '@nestjs/common';
import { Database } from '@/infrastructure/postgres/database';
import { sql } from '@/infrastructure/postgres/sql';

export interface ReceivedMail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface StoredMail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly at: string;
  readonly text: string;
  readonly html: string;
}

interface MailRow {
  readonly id: string;
  readonly recipient: string;
  readonly subject: string;
  readonly received_at: Date;
  readonly text: string;
  readonly html: string;
}

const MAILS_KEPT = 1_000;

/** The mails that the built-in SMTP server received, the newest thousand of them. */
@Injectable()
export class Mailbox {
  constructor(private readonly database: Database) {}

  /** A mail that was sent twice is kept once. */
  async add({ messageId, to, subject, text, html }: ReceivedMail): Promise<void> {
    await this.database.run(sql`
      with added as (
        insert into mailbox (message_id, recipient, subject, text, html)
        values (${messageId}, ${to}, ${subject}, ${text}, ${html})
        on conflict (message_id) do nothing returning id
      ) delete from mailbox where id <= (select id from added) - ${MAILS_KEPT}`);
  }

  /** Newest first; one more than `limit` where there are more. */
  async list(limit: number, before?: string, to?: string): Promise<StoredMail[]> {
    const rows = await this.database.rows<MailRow>(sql`
      select id, recipient, subject, received_at, text, html from mailbox
      where id < coalesce(${before ?? null}::bigint, 9223372036854775807)
        and recipient = coalesce(${to ?? null}::text, recipient)
      order by id desc limit ${limit + 1}`);
    return rows.map(({ recipient, received_at, ...mail }) => ({
      ...mail,
      to: recipient,
      at: received_at.toISOString(),
    }));
  }
}
