import { randomUUIDv7 } from 'node:crypto';
import type { TopicPartition } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { Takeover, Tenure } from '../delivery-store.port';
import { lockKey } from './fence';
import { laneText } from './parked-rows';

export type Announced = TopicPartition & { readonly committed: bigint | null };

/** A position that somebody set in the log's own tools while nobody owned the partition. */
interface OutsideReset extends TopicPartition {
  readonly committed: bigint;
  readonly watermark: bigint;
}

interface ProgressRow {
  readonly watermark: string;
  readonly mirrored: string | null;
  readonly epoch: string;
}

/**
 * Takes one partition over: waits for effects that are committing, raises the epoch, reads what the last owner left.
 * A watermark counts for the topic it was reached in. Where the topic is another one by now (made anew, or of another
 * log), all of it is read, and the inbox leaves out what had its effect.
 */
export async function takeOver(
  session: SqlSession,
  group: string,
  { topic, partition, committed }: Announced,
  topicId: string,
): Promise<{ readonly takeover: Takeover; readonly reset: OutsideReset | undefined }> {
  const lock = lockKey(sql`${group}::text`, sql`${topic}::text`, sql`${partition}::bigint`);
  await session.run(sql`select pg_advisory_xact_lock(${lock})`);
  const row = await session.row<ProgressRow>(sql`
    insert into progress as known (group_id, topic, partition, topic_id, watermark, epoch)
    values (${group}, ${topic}, ${partition}, ${topicId}, -1, 1)
    on conflict (group_id, topic, partition) do update set epoch = known.epoch + 1,
      topic_id = excluded.topic_id,
      watermark = case when known.topic_id = excluded.topic_id then known.watermark else -1 end,
      mirrored = case when known.topic_id = excluded.topic_id then known.mirrored end
    returning watermark, mirrored, epoch`);
  if (!row) throw new Error('An upsert returned no row.');
  const tenure: Tenure = { group, topic, topicId, partition, epoch: BigInt(row.epoch) };
  const watermark = BigInt(row.watermark);
  const watermarks = await watermarksOf(session, tenure);
  await giveHeads(session, tenure);
  return {
    takeover: {
      tenure,
      watermarks,
      before: watermark < 0n ? null : watermark,
      parked: await parkedLanes(session, tenure),
      letters: await lettersFrom(session, tenure, least([...watermarks.values()]) ?? watermark),
    },
    reset: await noticeReset(session, tenure, row, committed),
  };
}

async function watermarksOf(session: SqlSession, tenure: Tenure): Promise<ReadonlyMap<string, bigint>> {
  const rows = await session.rows<{ handler: string; watermark: string }>(sql`
    select handler, max(to_offset) as watermark from segments where ${within(tenure)} group by handler`);
  return new Map(rows.map(({ handler, watermark }) => [handler, BigInt(watermark)]));
}

/**
 * The last owner runs what is behind a head as soon as the head is done. Where it ended in between, the lane has no head
 * that anybody would release, so its first row becomes it.
 */
async function giveHeads(session: SqlSession, tenure: Tenure): Promise<void> {
  await session.run(sql`
    update parked set state = 'waiting', due_at = clock_timestamp()
    where ${within(tenure)} and (lane, "offset") in (
      select lane, min("offset") from parked where ${within(tenure)}
      group by lane having bool_and(state = 'behind'))`);
}

async function lettersFrom(
  session: SqlSession,
  tenure: Tenure,
  offset: bigint,
): Promise<ReadonlyMap<bigint, readonly string[]>> {
  const rows = await session.rows<{ offset: string; handlers: readonly string[] }>(sql`
    select "offset", array_agg(handler) as handlers from dead_letters
    where ${within(tenure)} and "offset" >= ${offset} group by "offset"`);
  return new Map(rows.map((row) => [BigInt(row.offset), row.handlers]));
}

const least = (offsets: readonly bigint[]): bigint | undefined =>
  offsets.reduce<bigint | undefined>(
    (low, offset) => (low === undefined || offset < low ? offset : low),
    undefined,
  );

async function parkedLanes(session: SqlSession, tenure: Tenure): Promise<ReadonlyMap<string, number>> {
  const rows = await session.rows<{ lane: Buffer; rows: number }>(sql`
    select lane, count(*)::int as rows from parked where ${within(tenure)} group by lane`);
  return new Map(rows.map(({ lane, rows: count }) => [laneText(lane), count]));
}

const within = ({ group, topic, topicId, partition }: Tenure) => sql`
  group_id = ${group} and topic = ${topic} and topic_id = ${topicId} and partition = ${partition}`;

/**
 * We commit what we have saved, and remember what we committed. A committed position below that, or beyond our
 * progress, is somebody else's: progress stays the truth, and the position is offered as a replay.
 */
async function noticeReset(
  session: SqlSession,
  tenure: Tenure,
  row: ProgressRow,
  committed: bigint | null,
): Promise<OutsideReset | undefined> {
  const watermark = BigInt(row.watermark);
  if (committed === null || row.mirrored === null || watermark < 0n) return undefined;
  if (committed >= BigInt(row.mirrored) && committed <= watermark) return undefined;
  const { group, topic, partition } = tenure;
  await session.run(sql`
    insert into outside_resets (id, group_id, topic, partition, committed, watermark)
    values (${randomUUIDv7()}, ${group}, ${topic}, ${partition}, ${committed}, ${watermark})`);
  await session.run(sql`
    update progress set mirrored = ${committed} where group_id = ${group} and topic = ${topic}
      and partition = ${partition}`);
  return { topic, partition, committed, watermark };
}
