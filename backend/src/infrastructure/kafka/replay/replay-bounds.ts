import type { LogAdmin, PartitionOffsets } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { ReplayPartition } from './replay';
import { ReplayRangeError } from './replay.errors';
import { planRange, refuseIncomplete, type PartitionBounds } from './replay-range';
import type { RangeEnd, ReplayRequest } from './replay-request';

interface Sources {
  readonly admin: LogAdmin;
  readonly session: SqlSession;
  readonly group: string;
  /** Names of the chosen ones that take events of the topic. */
  readonly handlersOn: (topic: string) => readonly string[];
}

export interface PlannedPartitions {
  readonly partitions: readonly ReplayPartition[];
  readonly notes: readonly string[];
}

/** What the request means by now, partition by partition. Throws `ReplayRangeError` where it means nothing. */
export async function planPartitions(request: ReplayRequest, sources: Sources): Promise<PlannedPartitions> {
  const bounds = (await Promise.all(request.topics.map((topic) => boundsOf(topic, request, sources)))).flat();
  const unknown = request.partitions?.find((number) => bounds.every(({ partition }) => partition !== number));
  if (unknown !== undefined) throw new ReplayRangeError(`There is no partition ${unknown}.`);
  if (request.mode === 'rebuild') {
    for (const one of bounds) refuseIncomplete(one, request.from !== undefined);
  }
  const planned = bounds.map((one) => planRange(one, request.mode !== 'dry'));
  return {
    partitions: planned.map(({ range }) => ({ ...range, position: range.from })),
    notes: planned.flatMap(({ notes }) => notes),
  };
}

async function boundsOf(
  topic: string,
  request: ReplayRequest,
  { admin, session, group, handlersOn }: Sources,
): Promise<PartitionBounds[]> {
  const [offsets, ids, from, to] = await Promise.all([
    admin.offsets([topic]),
    admin.topicIds([topic]),
    positions(admin, topic, request.from),
    positions(admin, topic, request.to),
  ]);
  const topicId = ids.get(topic) ?? '';
  const watermarks = await watermarksOf(session, { group, topic, topicId }, handlersOn(topic));
  const chosen = ({ partition }: PartitionOffsets) => request.partitions?.includes(partition) ?? true;
  return offsets.filter(chosen).map(({ partition, start, end }) => ({
    topic,
    topicId,
    partition,
    start,
    end,
    watermark: watermarks.get(partition) ?? null,
    wantedFrom: from(partition),
    wantedTo: to(partition),
  }));
}

async function positions(
  admin: LogAdmin,
  topic: string,
  end: RangeEnd | undefined,
): Promise<(partition: number) => bigint | undefined> {
  if (end === undefined) return () => undefined;
  if ('offset' in end) return () => end.offset;
  const found = await admin.offsetsAt(topic, end.time);
  const byPartition = new Map(found.map(({ partition, offset }) => [partition, offset]));
  return (partition) => byPartition.get(partition);
}

/** By partition, the least of the handlers' watermarks; a partition that one of them has not begun is left out. */
async function watermarksOf(
  session: SqlSession,
  { group, topic, topicId }: { readonly group: string; readonly topic: string; readonly topicId: string },
  handlers: readonly string[],
): Promise<ReadonlyMap<number, bigint>> {
  const rows = await session.rows<{ partition: number; watermark: string }>(sql`
    select partition, min(reached) as watermark from (
      select partition, handler, max(to_offset) as reached from segments
      where group_id = ${group} and topic = ${topic} and topic_id = ${topicId}
        and handler = any(${handlers}::text[])
      group by partition, handler
    ) each_handler
    group by partition having count(*) = ${handlers.length}`);
  return new Map(rows.map(({ partition, watermark }) => [partition, BigInt(watermark)]));
}
