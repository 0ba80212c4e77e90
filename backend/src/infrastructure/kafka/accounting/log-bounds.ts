import { within } from '@/infrastructure/concurrency/within';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { LogUnavailableError } from '@/infrastructure/kafka/transport/transport.errors';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { AccountedLog } from './account-source';
import type { LogBounds } from './sql/tracks.sql';

// Below the time after which the server ends a transaction that does nothing.
const LOG_ANSWERS_WITHIN_MS = 10_000;

/**
 * One snapshot for everything that the session reads from here on, and memory for its sorts. Answers the topics that
 * have accounts in it.
 */
export async function beginReading(session: SqlSession): Promise<readonly string[]> {
  await session.run(sql`set transaction isolation level repeatable read, read only`);
  await session.run(sql`set local work_mem = '64MB'`);
  await session.run(sql`set local jit = off`);
  const rows = await session.rows<{ topic: string }>(sql`select distinct topic from segments`);
  return rows.map(({ topic }) => topic);
}

/**
 * The bounds of the topics that exist; one that is gone has nothing left to account for. Asked after the snapshot: by
 * then the log holds every record that has an outcome in it, and has dropped every one whose outcomes were pruned.
 */
export function boundsOf(
  admin: AccountedLog['admin'],
  topics: readonly string[],
): Promise<readonly LogBounds[]> {
  return within(LOG_ANSWERS_WITHIN_MS, askBounds(admin, [...new Set(topics)])).catch((cause: unknown) => {
    if (cause instanceof CodedError) throw cause;
    throw new LogUnavailableError('The log does not tell its bounds.', { cause });
  });
}

async function askBounds(
  admin: AccountedLog['admin'],
  topics: readonly string[],
): Promise<readonly LogBounds[]> {
  const known = new Set(await admin.topicNames());
  const existing = topics.filter((topic) => known.has(topic));
  const ids = await admin.topicIds(existing);
  const offsets = await admin.offsets(existing);
  return offsets.map((partition) => ({ ...partition, topicId: ids.get(partition.topic) ?? '' }));
}
