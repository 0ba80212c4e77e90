import type { AuditFinding } from './audit-finding';

/** `stopped`: told to end before all was looked at. */
type AuditState = 'running' | 'finished' | 'stopped' | 'failed';

/** An audit as an operator follows it. */
export interface AuditJob {
  readonly id: string;
  readonly state: AuditState;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Offsets looked at and to look at; the total grows while the topics are gone through. */
  readonly done: number;
  readonly total: number;
  readonly records: number;
  readonly findings: readonly AuditFinding[];
  readonly findingsLeftOut: number;
  readonly error?: { readonly code: string; readonly message: string };
}

const WORST_FIRST: readonly AuditState[] = ['failed', 'running', 'stopped', 'finished'];

/** Parts of one audit in several processes as the one that was asked for. */
export function mergeAudits(parts: readonly AuditJob[]): AuditJob | undefined {
  const [first, ...others] = parts;
  return first && others.reduce(together, first);
}

function together(a: AuditJob, b: AuditJob): AuditJob {
  const error = a.error ?? b.error;
  return {
    id: a.id,
    state: WORST_FIRST.find((state) => state === a.state || state === b.state) ?? a.state,
    startedAt: a.startedAt < b.startedAt ? a.startedAt : b.startedAt,
    endedAt: a.endedAt === null || b.endedAt === null ? null : a.endedAt > b.endedAt ? a.endedAt : b.endedAt,
    done: a.done + b.done,
    total: a.total + b.total,
    records: a.records + b.records,
    findings: [...a.findings, ...b.findings],
    findingsLeftOut: a.findingsLeftOut + b.findingsLeftOut,
    ...(error ? { error } : {}),
  };
}
