import { CodedError } from '@/infrastructure/errors/coded-error';
import { AuditRunningError } from '../accounting.errors';
import type { Accounting } from '../accounting';
import type { AuditFinding } from './audit-finding';
import type { AuditJob } from './audit-job';
import type { AuditOptions } from './auditor';

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
interface Running {
  readonly job: Mutable<AuditJob> & { findings: AuditFinding[] };
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

const KEPT = 10;

/** Audits of this process, one at a time; the last ten are remembered until it ends. */
export class AuditJobs {
  private readonly jobs = new Map<string, Running>();

  /** Answers at once. Throws `AuditRunningError` while another one runs. */
  start(id: string, applications: readonly Accounting[], filter: AuditOptions['filter'] = {}): AuditJob {
    const other = [...this.jobs.values()].find(({ job }) => job.endedAt === null);
    if (other) throw new AuditRunningError(other.job.id);
    const job: Running['job'] = {
      id,
      state: 'running',
      startedAt: new Date().toISOString(),
      endedAt: null,
      done: 0,
      total: 0,
      records: 0,
      findings: [],
      findingsLeftOut: 0,
    };
    const stop = new AbortController();
    this.jobs.set(id, { job, stop, ended: run(job, applications, filter, stop.signal) });
    const [oldest] = this.jobs.keys();
    if (this.jobs.size > KEPT && oldest !== undefined) this.jobs.delete(oldest);
    return { ...job };
  }

  find(id: string): AuditJob | undefined {
    const known = this.jobs.get(id);
    return known && { ...known.job };
  }

  /** Ends it at its next batch. */
  stop(id: string): AuditJob | undefined {
    this.jobs.get(id)?.stop.abort();
    return this.find(id);
  }

  async close(): Promise<void> {
    for (const { stop } of this.jobs.values()) stop.abort();
    await Promise.all([...this.jobs.values()].map(({ ended }) => ended));
  }
}

async function run(
  job: Running['job'],
  applications: readonly Accounting[],
  filter: NonNullable<AuditOptions['filter']>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const accounting of applications) {
      const before = { done: job.done, total: job.total, records: job.records };
      const onProgress: AuditOptions['onProgress'] = ({ done, total, records }) => {
        job.done = before.done + done;
        job.total = before.total + total;
        job.records = before.records + records;
      };
      const report = await accounting.audit({ filter, signal, onProgress });
      job.findings.push(...report.findings);
      job.findingsLeftOut += report.findingsLeftOut;
    }
    job.state = signal.aborted ? 'stopped' : 'finished';
  } catch (error) {
    job.state = 'failed';
    const message = error instanceof Error ? error.message : String(error);
    job.error = { code: error instanceof CodedError ? error.code : 'INTERNAL_ERROR', message };
  } finally {
    job.endedAt = new Date().toISOString();
  }
}
