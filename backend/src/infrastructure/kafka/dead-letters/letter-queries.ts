import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { LetterGroup } from './letter';
import { type LetterFilter, matching } from './letter-filter';
import { LETTER_COLUMNS, type StoredLetter } from './stored-letter';

/** Where a page of letters ends: the newest come first, and neither part ever changes. */
export interface LetterPosition {
  readonly firstFailedAt: string;
  readonly id: string;
}

/** A page ends before its values exceed this, except that it has at least one letter. */
const BYTES_PER_PAGE = 4_194_304;
const MOST_GROUPS = 500;
const SHOWN_FOLLOWERS = 20;

/** Up to `limit` letters, and whether there are more. */
export async function lettersAfter(
  session: SqlSession,
  filter: LetterFilter,
  limit: number,
  after: LetterPosition | undefined,
): Promise<{ readonly rows: readonly StoredLetter[]; readonly more: boolean }> {
  const beyond = after
    ? sql`(first_failed_at, id) < (${after.firstFailedAt}::timestamptz, ${after.id}::uuid)`
    : sql`true`;
  const found = await session.rows<{ id: string; bytes: string }>(sql`
    select id, sum(coalesce(octet_length(value), 0)) over (order by first_failed_at desc, id desc) as bytes
    from dead_letters where ${matching(filter)} and ${beyond}
    order by first_failed_at desc, id desc limit ${limit + 1}`);
  const fitting = found.findIndex(({ bytes }) => Number(bytes) > BYTES_PER_PAGE);
  const taken = found.slice(0, Math.min(limit, fitting === -1 ? limit : Math.max(1, fitting)));
  const rows = await session.rows<StoredLetter>(sql`
    select ${LETTER_COLUMNS} from dead_letters where id = any(${taken.map(({ id }) => id)}::uuid[])
    order by dead_letters.first_failed_at desc, id desc`);
  return { rows, more: found.length > taken.length };
}

export function letterById(session: SqlSession, id: string): Promise<StoredLetter | undefined> {
  return session.row<StoredLetter>(sql`select ${LETTER_COLUMNS} from dead_letters where id = ${id}`);
}

export async function hasLetter(session: SqlSession, id: string): Promise<boolean> {
  return (await session.row(sql`select 1 from dead_letters where id = ${id}`)) !== undefined;
}

export async function letterGroups(session: SqlSession, filter: LetterFilter): Promise<LetterGroup[]> {
  return session.rows<LetterGroup>(sql`
    select cause_code as cause, group_id as "group", handler, topic, count(*)::int as count,
      to_char(min(first_failed_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as first,
      to_char(max(first_failed_at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as last,
      (array_agg(cause_message order by first_failed_at desc, id desc))[1] as sample
    from dead_letters where ${matching(filter)}
    group by cause_code, group_id, handler, topic
    order by count desc, cause_code, group_id, handler, topic limit ${MOST_GROUPS}`);
}

/** Events that are parked behind a letter, whatever for. */
export async function followersOf(
  session: SqlSession,
  letter: StoredLetter,
): Promise<{ readonly count: number; readonly offsets: readonly string[] }> {
  const row = await session.row<{ count: number; offsets: string[] | null }>(sql`
    select count(*)::int as count,
      (array_agg("offset"::text order by "offset"))[1:${SHOWN_FOLLOWERS}::int] as offsets
    from parked
    where group_id = ${letter.group_id} and topic = ${letter.topic} and partition = ${letter.partition}
      and topic_id = any(array[${letter.topic_id}, case when ${letter.topic_id} = '' then (
        select topic_id from progress where group_id = ${letter.group_id} and topic = ${letter.topic}
          and partition = ${letter.partition}) end])
      and lane = ${letter.lane} and "offset" > ${letter.offset}`);
  return { count: row?.count ?? 0, offsets: row?.offsets ?? [] };
}
