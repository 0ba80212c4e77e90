import { randomUUIDv7 } from 'node:crypto';
import type { TopicPartition } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { Takeover, Tenure } from '../delivery-store.port';
import { lockKey } from './fence';
import { laneText } from './parked-rows';

export type Announced = TopicPartition & { readonly committed: bigint | null };

/** A position that somebody set in the log's own tools while nobody owned the partition. */
export interface OutsideReset extends TopicPartition {
  readonly committed: bigint;
  readonly watermark: bigint;
}

interface ProgressRow {
  readonly topic: string;
  readonly partition: number;
  readonly watermark: string;
  readonly mirrored: string | null;
  readonly epoch: string;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Takes partitions over, with as many statements for a thousand as for one: waits for effects that are committing,
 * raises the epochs, reads what the last owners left. A watermark counts for the topic it was reached in. Where the
 * topic is another one by now (made anew, or of another log), all of it is read, and the inbox leaves out what had its
 * effect.
 */
export async function takeOver(
  session: SqlSession,
  group: string,
  announced: readonly Announced[],
  topicIds: ReadonlyMap<string, string>,
): Promise<{ readonly takeovers: readonly Takeover[]; readonly resets: readonly OutsideReset[] }> {
  if (announced.length === 0) return { takeovers: [], resets: [] };
  await lockOut(session, group, announced);
  const rows = byPlace(await raiseEpochs(session, group, announced, topicIds));
  const tenures = announced.map(({ topic, partition }): Tenure => {
    const row = rows.get(placeOf({ topic, partition }))?.[0];
    if (!row) throw new Error(`The upsert of ${topic}/${partition} returned no row.`);
    return { group, topic, topicId: topicIds.get(topic) ?? '', partition, epoch: BigInt(row.epoch) };
  });
  const watermarks = await watermarksOf(session, tenures);
  await giveHeads(session, tenures);
  const parked = await parkedLanes(session, tenures);
  const letters = await lettersFrom(
    session,
    tenures.map((tenure) => {
      const reached = [...(watermarks.get(placeOf(tenure))?.values() ?? [])];
      return { tenure, from: least(reached) ?? BigInt(rows.get(placeOf(tenure))?.[0]?.watermark ?? -1) };
    }),
  );
  const takeovers = tenures.map((tenure): Takeover => {
    const place = placeOf(tenure);
    const watermark = BigInt(rows.get(place)?.[0]?.watermark ?? -1);
    return {
      tenure,
      watermarks: watermarks.get(place) ?? new Map(),
      before: watermark < 0n ? null : watermark,
      parked: parked.get(place) ?? new Map(),
      letters: letters.get(place) ?? new Map(),
    };
  });
  const resets = announced.flatMap((one) => resetOf(one, rows.get(placeOf(one))?.[0]) ?? []);
  await noteResets(session, group, resets);
  return { takeovers, resets };
}

/** In the order in which effects take their shared locks, so that neither waits for the other. */
async function lockOut(session: SqlSession, group: string, places: readonly TopicPartition[]): Promise<void> {
  await session.run(sql`
    select pg_advisory_xact_lock(key) from (
      select ${lockKey(sql`${group}::text`, sql`topic`, sql`partition`)} as key
      from unnest(
        ${places.map(({ topic }) => topic)}::text[], ${places.map(({ partition }) => partition)}::bigint[]
      ) as taken (topic, partition)
      order by 1
    ) keys`);
}

function raiseEpochs(
  session: SqlSession,
  group: string,
  places: readonly TopicPartition[],
  topicIds: ReadonlyMap<string, string>,
): Promise<readonly ProgressRow[]> {
  return session.rows<ProgressRow>(sql`
    insert into progress as known (group_id, topic, partition, topic_id, watermark, epoch)
    select ${group}, topic, partition, topic_id, -1, 1 from unnest(
      ${places.map(({ topic }) => topic)}::text[], ${places.map(({ partition }) => partition)}::int[],
      ${places.map(({ topic }) => topicIds.get(topic) ?? '')}::text[]
    ) as taken (topic, partition, topic_id)
    order by topic, partition
    on conflict (group_id, topic, partition) do update set epoch = known.epoch + 1,
      topic_id = excluded.topic_id,
      watermark = case when known.topic_id = excluded.topic_id then known.watermark else -1 end,
      mirrored = case when known.topic_id = excluded.topic_id then known.mirrored end
    returning topic, partition, watermark, mirrored, epoch`);
}

async function watermarksOf(
  session: SqlSession,
  tenures: readonly Tenure[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, bigint>>> {
  const rows = await session.rows<Place & { handler: string; watermark: string }>(sql`
    select topic, partition, handler, max(to_offset) as watermark from segments where ${within(tenures)}
    group by topic, partition, handler`);
  return mapPlaces(rows, (own) => new Map(own.map((row) => [row.handler, BigInt(row.watermark)])));
}

/**
 * The last owner runs what is behind a head as soon as the head is done. Where it ended in between, the lane has no head
 * that anybody would release, so its first row becomes it.
 */
async function giveHeads(session: SqlSession, tenures: readonly Tenure[]): Promise<void> {
  const group = tenures[0]?.group ?? '';
  await session.run(sql`
    update parked set state = 'waiting', due_at = clock_timestamp()
    where group_id = ${group} and (topic, topic_id, partition, "offset") in (
      select topic, topic_id, partition, min("offset") from parked where ${within(tenures)}
      group by topic, topic_id, partition, lane having bool_and(state = 'behind'))`);
}

async function parkedLanes(
  session: SqlSession,
  tenures: readonly Tenure[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  const rows = await session.rows<Place & { lane: Buffer; rows: number }>(sql`
    select topic, partition, lane, count(*)::int as rows from parked where ${within(tenures)}
    group by topic, partition, lane`);
  return mapPlaces(rows, (own) => new Map(own.map((row) => [laneText(row.lane), row.rows])));
}

async function lettersFrom(
  session: SqlSession,
  from: readonly { readonly tenure: Tenure; readonly from: bigint }[],
): Promise<ReadonlyMap<string, ReadonlyMap<bigint, readonly string[]>>> {
  const rows = await session.rows<Place & { offset: string; handlers: readonly string[] }>(sql`
    select letter.topic, letter.partition, letter."offset", array_agg(letter.handler) as handlers
    from unnest(
      ${from.map(({ tenure }) => tenure.topic)}::text[], ${from.map(({ tenure }) => tenure.topicId)}::text[],
      ${from.map(({ tenure }) => tenure.partition)}::int[], ${from.map((start) => start.from)}::bigint[]
    ) as start (topic, topic_id, partition, "offset")
    join dead_letters letter using (topic, topic_id, partition)
    where letter.group_id = ${from[0]?.tenure.group ?? ''} and letter."offset" >= start."offset"
    group by letter.topic, letter.partition, letter."offset"`);
  return mapPlaces(rows, (own) => new Map(own.map((row) => [BigInt(row.offset), row.handlers])));
}

/** Rows of these partitions, of one group, in the topics as they are now. */
const within = (tenures: readonly Tenure[]): SqlQuery => sql`
  group_id = ${tenures[0]?.group ?? ''} and (topic, topic_id, partition) in (
    select * from unnest(
      ${tenures.map(({ topic }) => topic)}::text[], ${tenures.map(({ topicId }) => topicId)}::text[],
      ${tenures.map(({ partition }) => partition)}::int[]))`;

/**
 * We commit what we have saved, and remember what we committed. A committed position below that, or beyond our
 * progress, is somebody else's: progress stays the truth, and the position is offered as a replay.
 */
function resetOf(
  { topic, partition, committed }: Announced,
  row: ProgressRow | undefined,
): OutsideReset | undefined {
  const watermark = BigInt(row?.watermark ?? -1);
  if (committed === null || row?.mirrored == null || watermark < 0n) return undefined;
  if (committed >= BigInt(row.mirrored) && committed <= watermark) return undefined;
  return { topic, partition, committed, watermark };
}

async function noteResets(
  session: SqlSession,
  group: string,
  resets: readonly OutsideReset[],
): Promise<void> {
  for (const { topic, partition, committed, watermark } of resets) {
    await session.run(sql`
      insert into outside_resets (id, group_id, topic, partition, committed, watermark)
      values (${randomUUIDv7()}, ${group}, ${topic}, ${partition}, ${committed}, ${watermark})`);
    await session.run(sql`
      update progress set mirrored = ${committed} where group_id = ${group} and topic = ${topic}
        and partition = ${partition}`);
  }
}

const placeOf = ({ topic, partition }: Place): string => `${topic}/${partition}`;

function byPlace<Row extends Place>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, placeOf);
}

function mapPlaces<Row extends Place, Value>(
  rows: readonly Row[],
  valueOf: (own: readonly Row[]) => Value,
): ReadonlyMap<string, Value> {
  return new Map([...byPlace(rows)].map(([place, own]) => [place, valueOf(own)]));
}

const least = (offsets: readonly bigint[]): bigint | undefined =>
  offsets.reduce<bigint | undefined>(
    (low, offset) => (low === undefined || offset < low ? offset : low),
    undefined,
  );
