import { Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { auditBy } from '@/infrastructure/ops/operator-audit';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { OrderVersionNotFoundError } from './order.errors';
import { OrderChoreography, type Resumed } from './order-choreography.service';

/** An operator's act on an order without a saga that needs attention. */
@Injectable()
export class ResumeOrder {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly choreography: OrderChoreography,
    private readonly publisher: EventPublisherService,
  ) {}

  /** With its entry in the audit trail, in one transaction. Throws `OrderNotResumableError`, or that there is none. */
  resume(orderId: string, by: string): Promise<Resumed> {
    return this.unitOfWork.run(async () => {
      const outcome = await this.choreography.resume(orderId);
      if (!outcome) throw new OrderVersionNotFoundError(orderId, undefined);
      if (outcome.resumed) {
        await auditBy(this.publisher)({
          actorId: by,
          action: 'order.resume',
          resource: `order/${orderId}`,
          details: { orderId, asked: outcome.asked },
        });
      }
      return outcome;
    });
  }
}
