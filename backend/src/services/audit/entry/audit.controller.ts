import { randomUUID } from 'node:crypto';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { decodeCursor, isSequence, type Page, pageQuery, toPage } from '@/infrastructure/http/page';
import { idText } from '@/infrastructure/http/validation';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { AuditTrail, type StoredEntry } from '../state/audit-trail';

const listQuery = z.object({
  ...pageQuery({ limit: 50, max: 500 }),
  orderId: idText.optional(),
  eventType: idText.optional(),
});

@Controller('ops/api/audit')
@UseGuards(OperatorGuard)
export class AuditController {
  constructor(
    private readonly trail: AuditTrail,
    private readonly unitOfWork: UnitOfWork,
    private readonly publisher: EventPublisherService,
  ) {}

  /** Who reads the trail is in the trail. */
  @Get()
  async list(@Query({ schema: listQuery }) query: z.output<typeof listQuery>): Promise<Page<StoredEntry>> {
    const { limit, cursor, orderId, eventType } = query;
    const filter = { limit, orderId, eventType, before: decodeCursor(cursor, isSequence) };
    await this.unitOfWork.run(async () => {
      await this.publisher.publishAuditRecorded({
        auditId: randomUUID(),
        actorId: 'operator',
        action: 'audit-trail.read',
        resource: orderId === undefined ? 'audit-trail' : `order/${orderId}`,
        at: new Date().toISOString(),
      });
    });
    return toPage(
      await this.trail.list(filter),
      limit,
      (entry) => entry,
      (entry) => entry.id,
    );
  }
}
