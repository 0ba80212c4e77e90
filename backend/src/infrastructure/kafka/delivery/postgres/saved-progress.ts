import type { Position } from '@/infrastructure/kafka/transport/transport.port';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { ProgressUpdate } from '../delivery-store.port';

/**
 * Watermarks and accounts in one statement: an account never runs ahead of the progress, nor behind it. Rows are locked
 * in the order in which a takeover raises their epochs, so that neither waits for the other in a circle.
 */
export async function saveProgress(
  session: SqlSession,
  updates: readonly ProgressUpdate[],
): Promise<readonly Position[]> {
  const segments = updates.flatMap(({ tenure, segments: parts }) => parts.map((part) => ({ tenure, part })));
  const rows = await session.rows<{ topic: string; partition: number; watermark: string }>(sql`
    with held as (
      select group_id, topic, partition, epoch, saved.watermark, saved.mirrored from progress
      join unnest(
        ${updates.map(({ tenure }) => tenure.group)}::text[], ${updates.map(({ tenure }) => tenure.topic)}::text[],
        ${updates.map(({ tenure }) => tenure.partition)}::int[],
        ${updates.map(({ tenure }) => tenure.epoch)}::bigint[],
        ${updates.map(({ watermark }) => watermark)}::bigint[], ${updates.map(({ mirrored }) => mirrored)}::bigint[]
      ) as saved (group_id, topic, partition, epoch, watermark, mirrored) using (group_id, topic, partition, epoch)
      order by topic, partition for no key update of progress
    ), own as (
      update progress set watermark = held.watermark,
        -- A handler that begins further back takes the group back: what the log's tools see is not behind us then.
        mirrored = case when held.watermark >= progress.watermark
          then coalesce(held.mirrored, progress.mirrored) end,
        updated_at = clock_timestamp()
      from held
      where progress.group_id = held.group_id and progress.topic = held.topic
        and progress.partition = held.partition and progress.epoch = held.epoch
      returning progress.group_id, progress.topic, progress.topic_id, progress.partition, progress.epoch,
        progress.watermark
    ), written as (
      insert into segments (group_id, handler, topic, topic_id, partition, from_offset, to_offset, codes, runs)
      select group_id, handler, topic, topic_id, partition, from_offset, to_offset,
        array(select jsonb_array_elements_text(codes)::smallint), array(select jsonb_array_elements_text(runs)::bigint)
      from unnest(
        ${segments.map(({ tenure }) => tenure.group)}::text[], ${segments.map(({ part }) => part.handler)}::text[],
        ${segments.map(({ tenure }) => tenure.topic)}::text[],
        ${segments.map(({ tenure }) => tenure.partition)}::int[],
        ${segments.map(({ tenure }) => tenure.epoch)}::bigint[], ${segments.map(({ part }) => part.from)}::bigint[],
        ${segments.map(({ part }) => part.to)}::bigint[],
        ${segments.map(({ part }) => JSON.stringify(part.codes))}::jsonb[],
        ${segments.map(({ part }) => JSON.stringify(part.runs.map(String)))}::jsonb[]
      ) as part (group_id, handler, topic, partition, epoch, from_offset, to_offset, codes, runs)
      join own using (group_id, topic, partition, epoch)
      on conflict (group_id, handler, topic, topic_id, partition, from_offset) do update
        set to_offset = excluded.to_offset, codes = excluded.codes, runs = excluded.runs,
          saved_at = clock_timestamp()
    )
    select topic, partition, watermark from own`);
  return rows.map(({ topic, partition, watermark }) => ({ topic, partition, offset: BigInt(watermark) }));
}
