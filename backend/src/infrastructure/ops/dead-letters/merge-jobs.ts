import type { BulkJob, BulkState } from '@/infrastructure/kafka/dead-letters/bulk/bulk-job';

const WORST_FIRST: readonly BulkState[] = ['interrupted', 'running', 'cancelled', 'finished'];

/** Parts of one job in several services as the job that an operator started, the newest job first. */
export function mergeJobs(parts: readonly BulkJob[]): BulkJob[] {
  const byId = new Map<string, BulkJob>();
  for (const part of parts) {
    const known = byId.get(part.id);
    byId.set(part.id, known ? together(known, part) : part);
  }
  return [...byId.values()].toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
}

function together(a: BulkJob, b: BulkJob): BulkJob {
  const ended =
    a.endedAt === null || b.endedAt === null ? null : a.endedAt > b.endedAt ? a.endedAt : b.endedAt;
  return {
    ...a,
    state: WORST_FIRST.find((state) => state === a.state || state === b.state) ?? a.state,
    total: a.total + b.total,
    done: a.done + b.done,
    failed: a.failed + b.failed,
    rate: a.rate + b.rate,
    startedAt: a.startedAt < b.startedAt ? a.startedAt : b.startedAt,
    endedAt: ended,
    failures: [...a.failures, ...b.failures],
  };
}
