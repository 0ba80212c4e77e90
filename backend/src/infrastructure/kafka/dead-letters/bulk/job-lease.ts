import { randomUUID } from 'node:crypto';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { BulkAct } from './bulk-job';

/** A job as its runner works on it. */
export interface LeasedJob {
  readonly id: string;
  /** Of this claim alone: whoever claims the job later ends it. */
  readonly lease: string;
  readonly act: BulkAct;
  readonly rate: number;
  readonly by: string;
}

interface LeasedRow {
  readonly id: string;
  readonly act: BulkAct['kind'];
  readonly patch: Record<string, unknown> | null;
  readonly reason: string | null;
  readonly rate: number;
  readonly requested_by: string;
}

/** The oldest running job that nobody works on, undefined where there is none; ours for the time of the lease. */
export async function claimJob(session: SqlSession, leaseMs: number): Promise<LeasedJob | undefined> {
  const lease = randomUUID();
  const row = await session.row<LeasedRow>(sql`
    update dead_letter_jobs set lease = ${lease}, lease_until = ${until(leaseMs)}
    where id = (
      select id from dead_letter_jobs
      where state = 'running' and (lease_until is null or lease_until < clock_timestamp())
      order by started_at limit 1 for update skip locked
    )
    returning id, act, patch, reason, rate, requested_by`);
  if (!row) return undefined;
  return { id: row.id, lease, act: actOf(row), rate: row.rate, by: row.requested_by };
}

/** False when the job is no longer ours: cancelled, ended, or somebody else's since our lease ran out. */
export async function renewLease(session: SqlSession, job: LeasedJob, leaseMs: number): Promise<boolean> {
  const kept = await session.run(
    sql`update dead_letter_jobs set lease_until = ${until(leaseMs)} where ${isLeased(job)}`,
  );
  return kept === 1;
}

/** So that the next runner need not wait for the lease to run out. */
export async function releaseLease(session: SqlSession, job: LeasedJob): Promise<void> {
  await session.run(sql`update dead_letter_jobs set lease_until = clock_timestamp() where ${isLeased(job)}`);
}

export const isLeased = ({ id, lease }: LeasedJob) =>
  sql`id = ${id} and lease = ${lease} and state = 'running'`;

const until = (leaseMs: number) => sql`clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'`;

function actOf({ act, patch, reason }: LeasedRow): BulkAct {
  switch (act) {
    case 'retry':
      return { kind: 'retry' };
    case 'edit':
      return { kind: 'edit', edit: { patch: patch ?? {} } };
    case 'skip':
      return { kind: 'skip', ...(reason === null ? {} : { reason }) };
    case 'discard':
      return { kind: 'discard', reason: reason ?? '' };
  }
}
