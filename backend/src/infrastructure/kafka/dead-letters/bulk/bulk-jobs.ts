import { type SqlSession, type SqlQuery, sql } from '@/infrastructure/postgres/sql';
import { matching } from '../letter-filter';
import type { BulkFailure, BulkJob, BulkPreview, BulkRequest, BulkState, Selection } from './bulk-job';

const SHOWN_IDS = 20;
const SHOWN_FAILURES = 100;
const MOST_JOBS = 100;
const KEPT_DAYS = 30;

interface JobRow extends Omit<BulkJob, 'state' | 'failures'> {
  readonly state: Exclude<BulkState, 'interrupted'>;
  readonly abandoned: boolean;
  readonly failures: readonly BulkFailure[] | null;
}

const isoTime = (column: SqlQuery) =>
  sql`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** What a bulk act would be done to; changes nothing. */
export async function previewJob(session: SqlSession, selection: Selection): Promise<BulkPreview> {
  const [row, first] = await Promise.all([
    session.row<{ total: number }>(
      sql`select count(*)::int as total from dead_letters where ${chosen(selection)}`,
    ),
    session.rows<{ id: string }>(sql`
      select id from dead_letters where ${chosen(selection)} order by ${IN_ORDER} limit ${SHOWN_IDS}`),
  ]);
  return { total: row?.total ?? 0, ids: first.map(({ id }) => id) };
}

/** Writes the job and the letters it is for; a runner takes it up. Answers how many letters there are. */
export async function createJob(session: SqlSession, request: BulkRequest): Promise<number> {
  const { id, act, rate, by, selection } = request;
  await session.run(sql`
    delete from dead_letter_jobs where ended_at < clock_timestamp() - ${KEPT_DAYS} * interval '1 day'`);
  await session.run(sql`
    insert into dead_letter_jobs (id, act, patch, reason, requested_by, rate, total)
    values (${id}, ${act.kind}, ${act.kind === 'edit' ? JSON.stringify(act.edit.patch) : null}::jsonb,
      ${'reason' in act ? (act.reason ?? null) : null}, ${by}, ${rate}, 0)`);
  const total = await session.run(sql`
    insert into dead_letter_job_items (job_id, position, letter_id)
    select ${id}, row_number() over (order by ${IN_ORDER}) - 1, id from dead_letters where ${chosen(selection)}`);
  await session.run(sql`
    update dead_letter_jobs set total = ${total},
      state = case when ${total} = 0 then 'finished' else 'running' end,
      ended_at = case when ${total} = 0 then clock_timestamp() end
    where id = ${id}`);
  return total;
}

/** The newest first, at most a hundred; with an id that one, if it is here. */
export async function findJobs(session: SqlSession, id?: string): Promise<BulkJob[]> {
  const rows = await session.rows<JobRow>(sql`
    select id, act, state, total, done, failed, rate, requested_by as "by", reason,
      ${isoTime(sql`started_at`)} as "startedAt", ${isoTime(sql`ended_at`)} as "endedAt",
      state = 'running' and lease_until is not null and lease_until < clock_timestamp() as abandoned,
      (select jsonb_agg(failure) from (
        select letter_id as "letterId", failure_code as code, failure_message as message
        from dead_letter_job_items items where items.job_id = jobs.id and failure_code is not null
        order by position limit ${SHOWN_FAILURES}
      ) failure) as failures
    from dead_letter_jobs jobs where ${id === undefined ? sql`true` : sql`id = ${id}`}
    order by started_at desc, id limit ${MOST_JOBS}`);
  return rows.map(({ abandoned, failures, ...job }) => ({
    ...job,
    state: abandoned ? 'interrupted' : job.state,
    failures: failures ?? [],
  }));
}

/** False when the job is not here, or has ended. What it has done stays done. */
export async function cancelJob(session: SqlSession, id: string): Promise<boolean> {
  const changed = await session.run(sql`
    update dead_letter_jobs set state = 'cancelled', ended_at = clock_timestamp(), lease_until = null
    where id = ${id} and state = 'running'`);
  return changed === 1;
}

const chosen = (selection: Selection): SqlQuery =>
  'ids' in selection
    ? sql`status = 'dead' and id = any(${selection.ids}::uuid[])`
    : sql`status = 'dead' and ${matching(selection.filter)}`;

/** Of each key in the order of its events. */
const IN_ORDER = sql`group_id, topic, partition, "offset", handler, id`;
