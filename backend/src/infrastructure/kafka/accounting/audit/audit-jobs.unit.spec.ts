import { describe, expect, it } from 'vitest';
import { eventually } from '@/testing/eventually';
import { LogUnavailableError } from '@/infrastructure/kafka/transport/transport.errors';
import { Accounting } from '../accounting';
import type { AuditReport } from './audit-finding';
import { type AuditJob, mergeAudits } from './audit-job';
import { AuditJobs } from './audit-jobs';
import type { AuditOptions } from './auditor';

const finding = {
  topic: 't',
  group: 'g',
  handler: 'h',
  partition: 0,
  from: 1,
  to: 2,
  fault: 'no-outcome',
} as const;

class Audited extends Accounting {
  constructor(private readonly work: (options: AuditOptions) => Promise<Partial<AuditReport>>) {
    super(() => {
      throw new Error('not read');
    });
  }

  override async audit(options: AuditOptions = {}): Promise<AuditReport> {
    const nothing = { records: 0, offsets: 0, findings: [], findingsLeftOut: 0, interrupted: false };
    return { ...nothing, ...(await this.work(options)) };
  }
}

const quick = new Audited(async ({ onProgress }) => {
  onProgress?.({ topic: 't', partition: 0, done: 5, total: 5, records: 4, findings: 1 });
  return { findings: [finding] };
});
const untilStopped = new Audited(
  ({ signal }) =>
    new Promise((resolve) => signal?.addEventListener('abort', () => resolve({ interrupted: true }))),
);

async function ended(jobs: AuditJobs, id: string): Promise<AuditJob> {
  return eventually(() => {
    const job = jobs.find(id);
    return job?.endedAt ? job : undefined;
  });
}

describe('AuditJobs', () => {
  it('run through all applications and add up', async () => {
    const jobs = new AuditJobs();
    expect(jobs.start('a', [quick, quick])).toMatchObject({ id: 'a', state: 'running', endedAt: null });
    expect(await ended(jobs, 'a')).toMatchObject({
      state: 'finished',
      done: 10,
      total: 10,
      records: 8,
      findings: [finding, finding],
    });
  });

  it('are one at a time, and end when they are told to', async () => {
    const jobs = new AuditJobs();
    jobs.start('a', [untilStopped]);
    expect(() => jobs.start('b', [quick])).toThrow(expect.objectContaining({ code: 'AUDIT_RUNNING' }));
    jobs.stop('a');
    expect(await ended(jobs, 'a')).toMatchObject({ state: 'stopped' });
    jobs.start('b', [quick]);
    expect(await ended(jobs, 'b')).toMatchObject({ state: 'finished' });
  });

  it('tell why one failed', async () => {
    const jobs = new AuditJobs();
    jobs.start('a', [new Audited(() => Promise.reject(new LogUnavailableError('away')))]);
    expect(await ended(jobs, 'a')).toMatchObject({
      state: 'failed',
      error: { code: 'LOG_UNAVAILABLE', message: 'away' },
    });
  });

  it('remember ten', async () => {
    const jobs = new AuditJobs();
    for (let nth = 0; nth < 12; nth++) {
      jobs.start(`${nth}`, [quick]);
      await ended(jobs, `${nth}`);
    }
    expect([jobs.find('1'), jobs.find('2')?.id, jobs.find('11')?.id]).toEqual([undefined, '2', '11']);
  });

  it('are merged from the parts of several processes', async () => {
    const jobs = new AuditJobs();
    jobs.start('a', [quick]);
    const own = await ended(jobs, 'a');
    expect(mergeAudits([own, { ...own, state: 'running', endedAt: null }])).toMatchObject({
      state: 'running',
      endedAt: null,
      done: 10,
      findings: [finding, finding],
    });
  });
});
