import type { OperatorAct } from '../operator-audit';
import type { OutboxAct, OutboxActed } from './outbox-view';

/** A decision about a refused row as the trail keeps it. */
export function auditOf(
  { service, seq, eventId, eventType, topic, aggregateId, cause }: OutboxActed,
  act: OutboxAct,
  by: string,
): OperatorAct {
  return {
    actorId: by,
    action: `outbox.${act.kind}`,
    resource: `outbox/${service}/${seq}`,
    topic,
    eventType,
    eventId,
    details: { aggregateId, cause: cause.code, ...('reason' in act ? { reason: act.reason } : {}) },
  };
}
