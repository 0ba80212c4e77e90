import type { Selection } from '@/infrastructure/kafka/dead-letters/bulk/bulk-job';
import type { BulkActListener, DecisionListener } from '@/infrastructure/kafka/dead-letters/dead-letters';
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

/** Who started or cancelled a bulk act, in the transaction that does it; each letter of it is in the trail besides. */
export function auditBulkActs(record: RecordAct): BulkActListener {
  return (done) => {
    const { id, act, rate, total } = done.job;
    return record({
      actorId: done.by,
      action: `dead-letter-bulk.${done.kind}`,
      resource: `dead-letter-bulk/${id}`,
      details: { act, rate, total, ...(done.kind === 'start' ? chosenBy(done.selection) : {}) },
    });
  };
}

const chosenBy = (selection: Selection) =>
  'ids' in selection ? { ids: selection.ids.length } : { filter: JSON.stringify(selection.filter) };
