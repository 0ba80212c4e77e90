import type { LogAdmin, PartitionOffsets } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { ReplayPartition } from './replay';
import { ReplayRangeError } from './replay.errors';
import { planRange, refuseIncomplete, type PartitionBounds } from './replay-range';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { RangeEnd, ReplayRequest } from './replay-request';

interface Sources {
  readonly admin: LogAdmin;
  readonly session: SqlSession;
  readonly group: string;
  /** The chosen ones that take events of the topic. */
  readonly handlersOn: (topic: string) => readonly HandlerRegistration[];
}

export interface PlannedPartitions {
  readonly partitions: readonly ReplayPartition[];
  readonly notes: readonly string[];
}

/** What the request means by now, partition by partition. Throws `ReplayRangeError` where it means nothing. */
export async function planPartitions(request: ReplayRequest, sources: Sources): Promise<PlannedPartitions> {
  const bounds = (
    await Promise.all(request.topics.map((topic) => boundsOf(topic, request, sources)))
  ).flat();
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

/**
 * By partition, the least of the handlers' watermarks; a partition that one of them has not begun is left out. One that
 * begins at `now` and has had nothing yet is where its group is: it never goes back from there.
 */
async function watermarksOf(
  session: SqlSession,
  { group, topic, topicId }: { readonly group: string; readonly topic: string; readonly topicId: string },
  handlers: readonly HandlerRegistration[],
): Promise<ReadonlyMap<number, bigint>> {
  const rows = await session.rows<{ partition: number; watermark: string }>(sql`
    select partition, min(reached) as watermark from (
      select progress.partition, coalesce(
        (select max(to_offset) from segments
          where segments.group_id = progress.group_id and segments.topic = progress.topic
            and segments.topic_id = progress.topic_id and segments.partition = progress.partition
            and segments.handler = wanted.handler),
        case when wanted.from_now and watermark >= 0 then watermark end) as reached
      from progress cross join unnest(
        ${handlers.map(({ name }) => name)}::text[],
        ${handlers.map(({ options }) => options.from === 'now')}::boolean[]) as wanted (handler, from_now)
      where group_id = ${group} and topic = ${topic} and topic_id = ${topicId}
    ) each_handler
    group by partition having count(reached) = ${handlers.length}`);
  return new Map(rows.map(({ partition, watermark }) => [partition, BigInt(watermark)]));
}
