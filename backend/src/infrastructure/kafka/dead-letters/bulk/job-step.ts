import { CodedError } from '@/infrastructure/errors/coded-error';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { LetterActs } from '../letter-acts';
import { isLeased, type LeasedJob } from './job-lease';

interface StepResult {
  /** Letters that were tried, whatever came of it. */
  readonly tried: number;
  /** More are to come, and they are ours. */
  readonly goesOn: boolean;
}

interface Item {
  readonly position: number;
  readonly letter_id: string;
}

/**
 * The next letters of a job, with their place in it, in the transaction of the caller: a crash leaves both as they
 * were or neither, so no act is lost and none is done twice.
 */
export async function workOff(
  session: SqlSession,
  acts: LetterActs,
  job: LeasedJob,
  most: number,
): Promise<StepResult> {
  const held = await session.row<{ next_position: number; total: number }>(sql`
    select next_position, total from dead_letter_jobs
    where ${isLeased(job)} for update`);
  if (!held) return { tried: 0, goesOn: false };
  const items = await session.rows<Item>(sql`
    select position, letter_id from dead_letter_job_items
    where job_id = ${job.id} and position >= ${held.next_position} order by position limit ${most}`);
  let done = 0;
  for (const item of items) {
    const refusal = await tryOne(session, acts, job, item.letter_id);
    if (refusal) await markFailed(session, job.id, item, refusal);
    else done += 1;
  }
  const next = held.next_position + items.length;
  const goesOn = next < held.total && items.length > 0;
  await session.run(sql`
    update dead_letter_jobs set next_position = ${next}, done = done + ${done},
      failed = failed + ${items.length - done},
      state = ${goesOn ? 'running' : 'finished'}, ended_at = ${goesOn ? sql`null` : sql`clock_timestamp()`}
    where id = ${job.id}`);
  if (!goesOn) await dropDone(session, job.id);
  return { tried: items.length, goesOn };
}

/** The next letter is passed over: what goes wrong with it is none of the refusals that an act has. */
export async function giveUpOne(session: SqlSession, job: LeasedJob): Promise<void> {
  const held = await session.row<{ next_position: number; total: number }>(sql`
    update dead_letter_jobs set next_position = next_position + 1, failed = failed + 1,
      state = case when next_position + 1 < total then 'running' else 'finished' end,
      ended_at = case when next_position + 1 < total then null else clock_timestamp() end
    where ${isLeased(job)}
    returning next_position, total`);
  if (!held) return;
  await session.run(sql`
    update dead_letter_job_items set failure_code = 'INTERNAL_ERROR',
      failure_message = 'The act failed by a fault of the server; its log tells more.'
    where job_id = ${job.id} and position = ${held.next_position - 1}`);
}

/** A refusal comes before anything is written, so the transaction can go on. */
async function tryOne(
  session: SqlSession,
  acts: LetterActs,
  job: LeasedJob,
  letterId: string,
): Promise<CodedError | undefined> {
  let write: () => Promise<void>;
  try {
    write = await acts.prepare(session, letterId, job.act, job.by);
  } catch (error) {
    if (error instanceof CodedError && error.status < 500) return error;
    throw error;
  }
  await write();
  return undefined;
}

async function markFailed(
  session: SqlSession,
  jobId: string,
  { position }: Item,
  { code, message }: CodedError,
) {
  await session.run(sql`
    update dead_letter_job_items set failure_code = ${code}, failure_message = ${message}
    where job_id = ${jobId} and position = ${position}`);
}

async function dropDone(session: SqlSession, jobId: string): Promise<void> {
  await session.run(sql`delete from dead_letter_job_items where job_id = ${jobId} and failure_code is null`);
}
