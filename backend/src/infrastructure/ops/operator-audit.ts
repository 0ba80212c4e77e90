import { randomUUID } from 'node:crypto';
import type { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';

/** What an operator did, as the audit trail keeps it. */
export interface OperatorAct {
  /** `OpsCaller.operator`. */
  readonly actorId: string;
  /** Such as `dead-letter.retry`. */
  readonly action: string;
  /** Such as `dead-letter/<id>`. */
  readonly resource: string;
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: bigint;
  readonly eventType?: string;
  readonly eventId?: string;
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Records an act; called inside the unit of work that carries it out, so that there is neither without the other. */
export type RecordAct = (act: OperatorAct) => Promise<void>;

/** Acts become `audit.recorded` events of the service whose publisher this is. */
export function auditBy(publisher: EventPublisherService): RecordAct {
  return async ({ offset, ...act }) => {
    await publisher.publishAuditRecorded({
      ...act,
      ...(offset === undefined ? {} : { offset: Number(offset) }),
      auditId: randomUUID(),
      at: new Date().toISOString(),
    });
  };
}
