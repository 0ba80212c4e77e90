import type { ReplayActListener } from '@/infrastructure/kafka/replay/replays';
import type { RecordAct } from '../operator-audit';

/** Who started, cancelled or resumed a replay is in the trail, in the transaction that does it. */
export function auditReplays(record: RecordAct): ReplayActListener {
  return ({ kind, by, replay }) =>
    record({
      actorId: by,
      action: `replay.${kind}`,
      resource: `replay/${replay.id}`,
      topic: replay.topics.join(','),
      details: { group: replay.group, mode: replay.mode, handlers: replay.handlers.join(',') },
    });
}
