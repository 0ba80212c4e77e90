import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { TopicPartition } from '../transport.port';
import { laneKey } from './lane-key';
import { assignSticky, type Candidate } from './sticky-assignment';

interface AssignmentRow extends TopicPartition {
  readonly member_id: string | null;
}

/** Until the transaction ends; every change of a group's members happens under it. */
export async function lockGroup(session: SqlSession, group: string): Promise<void> {
  await session.run(sql`select pg_advisory_xact_lock(hashtextextended(${`log.group/${group}`}, 0))`);
}

/**
 * Removes the dead and spreads the partitions over the living, under the group's lock. A partition that moves gets
 * a new epoch, and the group a new generation when anything moved.
 */
export async function rebalance(session: SqlSession, group: string): Promise<boolean> {
  await session.run(
    sql`delete from log.group_member where group_name = ${group} and lease_until < clock_timestamp()`,
  );
  const members = await session.rows<{ member_id: string; topics: string[] }>(
    sql`select member_id, topics from log.group_member where group_name = ${group}`,
  );
  const [catalog] = await session.rows<{ version: string }>(sql`select version from log.catalog`);
  const partitions = await session.rows<TopicPartition>(sql`
    select h.topic, h.partition from log.head h
    where h.topic in (
      select unnest(m.topics) from log.group_member m where m.group_name = ${group}
    )`);
  const rows = await session.rows<AssignmentRow>(
    sql`select topic, partition, member_id from log.group_assignment where group_name = ${group} for update`,
  );
  const moved = await writeMoves(session, group, rows, assignmentOf(members, partitions, rows), partitions);
  await session.run(sql`
    update log.consumer_group
    set catalog_version = ${catalog?.version ?? '0'}, generation = generation + ${moved ? 1 : 0}
    where group_name = ${group}`);
  return moved;
}

function assignmentOf(
  members: readonly { member_id: string; topics: string[] }[],
  partitions: readonly TopicPartition[],
  rows: readonly AssignmentRow[],
) {
  const candidates: Candidate[] = members.map(({ member_id, topics }) => ({ memberId: member_id, topics }));
  const current = rows.flatMap((row) =>
    row.member_id === null ? [] : [[laneKey(row), row.member_id] as const],
  );
  return assignSticky(candidates, partitions, new Map(current));
}

async function writeMoves(
  session: SqlSession,
  group: string,
  rows: readonly AssignmentRow[],
  next: ReadonlyMap<string, string>,
  partitions: readonly TopicPartition[],
): Promise<boolean> {
  const before = new Map(rows.map((row) => [laneKey(row), row.member_id]));
  const lanes = new Map([...rows, ...partitions].map((lane) => [laneKey(lane), lane]));
  const moves = [...lanes].flatMap(([key, { topic, partition }]) => {
    const memberId = next.get(key) ?? null;
    return memberId === (before.get(key) ?? null) ? [] : [{ topic, partition, memberId }];
  });
  if (moves.length === 0) return false;
  await session.run(sql`
    insert into log.group_assignment (group_name, topic, partition, member_id, epoch)
    select ${group}, m.topic, m.partition, m.member_id, 1
    from unnest(
      ${moves.map(({ topic }) => topic)}::text[],
      ${moves.map(({ partition }) => partition)}::int[],
      ${moves.map(({ memberId }) => memberId)}::text[]
    ) as m(topic, partition, member_id)
    on conflict (group_name, topic, partition) do update
      set member_id = excluded.member_id, epoch = group_assignment.epoch + 1`);
  return true;
}
