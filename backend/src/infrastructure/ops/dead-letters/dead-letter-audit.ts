import type { DecisionListener } from '@/infrastructure/kafka/dead-letters/dead-letters';
import type { RecordAct } from '../operator-audit';

/** Each decision about a letter is in the trail, in the transaction that carries it out. */
export function auditDecisions(record: RecordAct): DecisionListener {
  return ({ act, by, reason, letter }) =>
    record({
      actorId: by,
      action: `dead-letter.${act}`,
      resource: `dead-letter/${letter.id}`,
      topic: letter.topic,
      partition: letter.partition,
      offset: BigInt(letter.offset),
      eventType: letter.event_type,
      ...(letter.event_id === null ? {} : { eventId: letter.event_id }),
      details: { group: letter.group_id, handler: letter.handler, cause: letter.cause_code, reason },
    });
}
