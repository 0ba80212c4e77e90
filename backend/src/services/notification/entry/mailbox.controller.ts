import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { decodeCursor, isSequence, type Page, pageQuery, toPage } from '@/infrastructure/http/page';
import { plainText } from '@/infrastructure/http/validation';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Mailbox, type StoredMail } from '../state/mailbox';

const listQuery = z.object({ ...pageQuery({ limit: 20, max: 100 }), to: plainText(254).optional() });

@Controller('ops/api/mailbox')
@UseGuards(OperatorGuard)
export class MailboxController {
  constructor(private readonly mailbox: Mailbox) {}

  @Get()
  async list(
    @Query({ schema: listQuery }) { limit, cursor, to }: z.output<typeof listQuery>,
  ): Promise<Page<StoredMail>> {
    const mails = await this.mailbox.list(limit, decodeCursor(cursor, isSequence), to);
    return toPage(
      mails,
      limit,
      (mail) => mail,
      (mail) => mail.id,
    );
  }
}
