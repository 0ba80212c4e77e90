import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { laneBytes } from '../delivery/postgres/parked-rows';
import {
  type Difference,
  NO_COUNTS,
  type ReplayCounts,
  type ReplayPartition,
  type StoredReplay,
  type Trouble,
  type TroubleKind,
} from './replay';
import { ReplayInterruptedError, ReplayUnderWayError } from './replay.errors';
import { isHeld } from './replay-lock';

export interface NewReplay
  extends Pick<
    StoredReplay,
    'id' | 'group' | 'mode' | 'topics' | 'handlers' | 'rate' | 'notes' | 'startedBy'
  > {
  readonly partitions: readonly ReplayPartition[];
}

type ReplayRow = Omit<StoredReplay, 'partitions'> & { readonly partitions: readonly StoredPartition[] };

interface StoredPartition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  // As text: JSON's numbers end before a bigint does.
  readonly from: string;
  readonly to: string;
  readonly position: string;
}

const columns = (schema: string) => sql`
  replays.id, group_id as "group", mode, topics, handlers, rate,
  case when state = 'running' and not ${isHeld(schema, sql`replays.id`)} then 'interrupted' else state end as state,
  run_number as "runNumber", prepared, counts, difference, notes, cause, started_by as "startedBy",
  started_at as "startedAt", updated_at as "updatedAt", ended_at as "endedAt",
  (select coalesce(json_agg(json_build_object(
      'topic', topic, 'topicId', topic_id, 'partition', partition, 'from', from_offset::text,
      'to', to_offset::text, 'position', position::text
    ) order by topic, partition), '[]') from replay_partitions where replay_id = replays.id) as partitions`;

const toReplay = ({ partitions, ...row }: ReplayRow): StoredReplay => ({
  ...row,
  partitions: partitions.map(({ from, to, position, ...one }) => ({
    ...one,
    from: BigInt(from),
    to: BigInt(to),
    position: BigInt(position),
  })),
});

const COUNTED_AGAIN = { run: 0, leftOut: {}, failed: 0, held: 0 };

/** Newest first. `before`: an id of the page before; ids grow with time. */
export async function listReplays(
  session: SqlSession,
  schema: string,
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): Promise<readonly StoredReplay[]> {
  const rows = await session.rows<ReplayRow>(sql`
    select ${columns(schema)} from replays
    where ${before ?? null}::uuid is null or id < ${before ?? null}::uuid
    order by id desc limit ${limit}`);
  return rows.map(toReplay);
}

export async function findReplay(
  session: SqlSession,
  schema: string,
  id: string,
): Promise<StoredReplay | undefined> {
  const row = await session.row<ReplayRow>(sql`select ${columns(schema)} from replays where id = ${id}`);
  return row && toReplay(row);
}

export async function interruptedReplays(session: SqlSession, schema: string): Promise<readonly string[]> {
  const rows = await session.rows<{ id: string }>(sql`
    select id from replays where state = 'running' and not ${isHeld(schema, sql`replays.id`)} order by id limit 100`);
  return rows.map(({ id }) => id);
}

/** Rejects with `ReplayUnderWayError` while one of the handlers has a replay that is not finished. */
export async function insertReplay(session: SqlSession, replay: NewReplay): Promise<void> {
  await session.run(sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ':replays', 0))`);
  const other = await session.row<{ id: string; handlers: string[] }>(sql`
    select id, handlers from replays
    where state = 'running' and group_id = ${replay.group} and handlers && ${replay.handlers}::text[] limit 1`);
  if (other) {
    const names = other.handlers.join(', ');
    throw new ReplayUnderWayError(
      `Replay ${other.id} of ${names} is not finished: wait, resume or cancel it.`,
    );
  }
  await session.run(sql`
    insert into replays (
      id, group_id, mode, topics, handlers, rate, state, counts, notes, started_by, started_at
    ) values (
      ${replay.id}, ${replay.group}, ${replay.mode}, ${replay.topics}::text[], ${replay.handlers}::text[],
      ${replay.rate}, 'running', ${JSON.stringify(NO_COUNTS)}, ${replay.notes}::text[], ${replay.startedBy},
      -- As fine as a Date, so that it comes back as it went.
      date_trunc('milliseconds', clock_timestamp())
    )`);
  const { partitions } = replay;
  await session.run(sql`
    insert into replay_partitions (replay_id, topic, topic_id, partition, from_offset, to_offset, position)
    select ${replay.id}, * from unnest(
      ${partitions.map(({ topic }) => topic)}::text[], ${partitions.map(({ topicId }) => topicId)}::text[],
      ${partitions.map(({ partition }) => partition)}::int[], ${partitions.map(({ from }) => from)}::bigint[],
      ${partitions.map(({ to }) => to)}::bigint[], ${partitions.map(({ position }) => position)}::bigint[])`);
}

/**
 * Begins another run of an unfinished replay. Where events failed or were left to the live group, all of the range is
 * looked at again; what has had its effect is known by its inbox row.
 */
export async function reopenReplay(session: SqlSession, id: string): Promise<void> {
  await session.run(sql`
    update replays set state = 'running', run_number = run_number + 1, cancel_requested = false, cause = null,
      ended_at = null, updated_at = clock_timestamp()
    where id = ${id}`);
  if ((await session.run(sql`delete from replay_troubles where replay_id = ${id}`)) === 0) return;
  await session.run(sql`update replay_partitions set position = from_offset where replay_id = ${id}`);
  // What a rebuild has published into nothing is not published again, so that count stays.
  await session.run(sql`
    update replays set difference = null,
      counts = case mode when 'rebuild' then counts || ${JSON.stringify(COUNTED_AGAIN)}::jsonb
        else ${JSON.stringify(NO_COUNTS)}::jsonb end
    where id = ${id}`);
}

type Run = Pick<StoredReplay, 'id' | 'runNumber'>;

export interface PageProgress {
  readonly partition: ReplayPartition;
  readonly position: bigint;
  readonly counts: ReplayCounts;
  readonly difference: Difference | null;
  readonly troubles: readonly Trouble[];
}

/**
 * Where the replay stands, together with all that it counted up to there. True when somebody wants it cancelled.
 * Rejects with `ReplayInterruptedError` when this run is not the replay's last one.
 */
export async function savePage(session: SqlSession, run: Run, page: PageProgress): Promise<boolean> {
  const { topic, partition } = page.partition;
  const row = await session.row<{ cancel: boolean }>(sql`
    update replays set counts = ${JSON.stringify(page.counts)}, updated_at = clock_timestamp(),
      difference = ${page.difference && JSON.stringify(page.difference)}
    where id = ${run.id} and run_number = ${run.runNumber} and state = 'running'
    returning cancel_requested as cancel`);
  if (!row) throw new ReplayInterruptedError(`Replay ${run.id} is run by somebody else, or has ended.`);
  await session.run(sql`
    update replay_partitions set position = greatest(position, ${page.position})
    where replay_id = ${run.id} and topic = ${topic} and partition = ${partition}`);
  await insertTroubles(session, run.id, page.troubles);
  return row.cancel;
}

/** The range has grown. */
export async function saveEnds(
  session: SqlSession,
  { id, partitions }: Pick<StoredReplay, 'id' | 'partitions'>,
): Promise<void> {
  await session.run(sql`
    update replay_partitions set to_offset = ends.to_offset
    from unnest(
      ${partitions.map(({ topic }) => topic)}::text[], ${partitions.map(({ partition }) => partition)}::int[],
      ${partitions.map(({ to }) => to)}::bigint[]
    ) as ends (topic, partition, to_offset)
    where replay_id = ${id} and replay_partitions.topic = ends.topic
      and replay_partitions.partition = ends.partition and replay_partitions.to_offset < ends.to_offset`);
}

async function insertTroubles(session: SqlSession, id: string, troubles: readonly Trouble[]): Promise<void> {
  if (troubles.length === 0) return;
  const column = <Name extends keyof Trouble>(name: Name) => troubles.map((trouble) => trouble[name]);
  await session.run(sql`
    insert into replay_troubles (replay_id, topic, partition, "offset", handler, kind, lane, code, message)
    select ${id}, * from unnest(
      ${column('topic')}::text[], ${column('partition')}::int[], ${column('offset')}::bigint[],
      ${column('handler')}::text[], ${column('kind')}::text[],
      ${troubles.map(({ lane }) => laneBytes(lane))}::bytea[], ${column('code')}::text[],
      ${column('message')}::text[])
    on conflict (replay_id, topic, partition, "offset", handler) do update
      set kind = excluded.kind, code = excluded.code, message = excluded.message`);
}

export async function endReplay(
  session: SqlSession,
  run: Run,
  state: 'completed' | 'incomplete' | 'failed' | 'cancelled',
  counts: ReplayCounts,
  cause: StoredReplay['cause'] = null,
): Promise<void> {
  const ended = await session.run(sql`
    update replays set state = ${state}, counts = ${JSON.stringify(counts)}, cause = ${cause && JSON.stringify(cause)},
      ended_at = clock_timestamp(), updated_at = clock_timestamp()
    where id = ${run.id} and run_number = ${run.runNumber} and state = 'running'`);
  if (ended === 0)
    throw new ReplayInterruptedError(`Replay ${run.id} is run by somebody else, or has ended.`);
}

export async function requestCancel(session: SqlSession, id: string): Promise<void> {
  await session.run(sql`
    update replays set cancel_requested = true, updated_at = clock_timestamp()
    where id = ${id} and state = 'running'`);
}

export async function isCancelRequested(session: SqlSession, id: string): Promise<boolean> {
  return Boolean(await session.row(sql`select 1 from replays where id = ${id} and cancel_requested`));
}

/** Lanes with an event that failed or is left to the live group; nothing of them runs after it. */
export async function blockedLanes(
  session: SqlSession,
  id: string,
  { topic, partition }: ReplayPartition,
  lanes: readonly string[],
): Promise<ReadonlyMap<string, TroubleKind>> {
  const rows = await session.rows<{ lane: Buffer; kind: TroubleKind }>(sql`
    select lane, min(kind) as kind from replay_troubles
    where replay_id = ${id} and topic = ${topic} and partition = ${partition} and kind <> 'held'
      and lane = any(${lanes.map(laneBytes)}::bytea[])
    group by lane`);
  return new Map(rows.map(({ lane, kind }) => [lane.toString('latin1'), kind]));
}

/** Failed events first, in their order; at most `limit`. */
export async function troublesOf(
  session: SqlSession,
  id: string,
  limit: number,
): Promise<readonly Trouble[]> {
  const rows = await session.rows<Omit<Trouble, 'offset' | 'lane'> & { offset: string; lane: Buffer }>(sql`
    select topic, partition, "offset", handler, kind, lane, code, message from replay_troubles
    where replay_id = ${id}
    order by array_position(array['failed', 'held', 'left'], kind), topic, partition, "offset", handler
    limit ${limit}`);
  return rows.map((row) => ({ ...row, offset: BigInt(row.offset), lane: row.lane.toString('latin1') }));
}
