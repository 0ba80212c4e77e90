import { type SqlQuery, type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { FencedError } from '../delivery.errors';
import type { Tenure } from '../delivery-store.port';

/**
 * The fence: every effect takes the partition's lock shared and then, in a statement of its own (whose snapshot is
 * thereby younger than the lock), writes only under its own epoch. A new owner takes the lock exclusively and raises
 * the epoch: it waits for effects that are committing and stops all that come later.
 */
export const lockKey = (group: SqlQuery, topic: SqlQuery, partition: SqlQuery): SqlQuery =>
  sql`hashtextextended(current_schema() || ':' || ${group} || ':' || ${topic}, ${partition})`;

/** Shared locks of all partitions, in one order, so that two transactions never wait for each other here. */
export async function holdFences(session: SqlSession, tenures: readonly Tenure[]): Promise<void> {
  const distinct = distinctTenures(tenures);
  await session.run(sql`
    select pg_advisory_xact_lock_shared(key) from (
      select ${lockKey(sql`group_id`, sql`topic`, sql`partition`)} as key
      from unnest(
        ${distinct.map(({ group }) => group)}::text[], ${distinct.map(({ topic }) => topic)}::text[],
        ${distinct.map(({ partition }) => partition)}::bigint[]
      ) as held (group_id, topic, partition)
      order by 1
    ) keys`);
}

/** Rejects with `FencedError` for the first partition that has a new owner. */
export async function refuseFenced(session: SqlSession, tenures: readonly Tenure[]): Promise<void> {
  const distinct = distinctTenures(tenures);
  const gone = await session.row<{ group_id: string; topic: string; partition: number }>(sql`
    select claimed.group_id, claimed.topic, claimed.partition from unnest(
      ${distinct.map(({ group }) => group)}::text[], ${distinct.map(({ topic }) => topic)}::text[],
      ${distinct.map(({ partition }) => partition)}::int[], ${distinct.map(({ epoch }) => epoch)}::bigint[]
    ) as claimed (group_id, topic, partition, epoch)
    where not exists (
      select 1 from progress where progress.group_id = claimed.group_id and progress.topic = claimed.topic
        and progress.partition = claimed.partition and progress.epoch = claimed.epoch)
    limit 1`);
  if (gone) throw new FencedError(`${gone.topic}/${gone.partition} of ${gone.group_id} has a new owner.`);
}

function distinctTenures(tenures: readonly Tenure[]): readonly Tenure[] {
  if (tenures.length <= 1) return tenures;
  return [
    ...new Map(
      tenures.map((tenure) => [`${tenure.topic}/${tenure.partition}/${tenure.epoch}`, tenure]),
    ).values(),
  ];
}
