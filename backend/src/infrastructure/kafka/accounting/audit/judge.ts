import { OutcomeCode } from '@/infrastructure/kafka/delivery/outcome-codes';
import type { AuditFault } from './audit-finding';
import type { RecordFacts } from './record-facts';
import type { OutcomeRow, Track } from './stored-outcomes';

export interface Stored {
  /** What the segments say of the offset; undefined where none covers it. */
  readonly code: number | undefined;
  readonly rows: readonly OutcomeRow[];
}

/** Whether the outcome can be that of the record. `no-first` is not seen here: it takes a look into the inbox. */
export function judge(facts: RecordFacts, track: Track, { code, rows }: Stored): AuditFault | undefined {
  switch (code) {
    case OutcomeCode.ownRow:
      return judgeRows(facts, track, rows);
    case OutcomeCode.ignored:
      return takes(track, facts) ? 'said-ignored' : undefined;
    case OutcomeCode.void:
      return 'said-void';
    case OutcomeCode.expired:
      return 'said-expired';
    case OutcomeCode.repeated:
      return track.registered && !takes(track, facts) ? 'not-taken' : undefined;
    default:
      return 'no-outcome';
  }
}

function judgeRows(facts: RecordFacts, track: Track, rows: readonly OutcomeRow[]): AuditFault | undefined {
  if (rows.length === 0) return 'no-outcome';
  const strong = rows.filter(({ weak }) => !weak);
  const { identity } = facts;
  // Rows from before they kept the identity have ''.
  const other = rows.some((row) => row.event_identity !== '' && row.event_identity !== identity);
  if (identity !== undefined && other) return 'other-identity';
  const ran = strong.some(({ outcome }) => outcome === 'handled' || outcome === 'retrying');
  return ran && track.registered && facts.eventType !== undefined && !takes(track, facts)
    ? 'not-taken'
    : undefined;
}

const takes = (track: Track, { eventType }: RecordFacts): boolean =>
  eventType !== undefined && track.event_types.includes(eventType);
