import { sql } from '@/infrastructure/postgres/sql';
import { GroupNotEmptyError } from '../transport.errors';
import type { GroupDescription, Position, TopicPartition } from '../transport.port';
import { lockGroup } from './group-rebalance';
import type { LogDatabase } from './log-database';

interface MemberRow {
  readonly member_id: string;
  readonly client_id: string;
  readonly host: string;
  readonly up_to_date: boolean;
  readonly assignment: readonly TopicPartition[];
}

/** A member whose lease has run out counts no more, also before somebody has removed it. */
export class GroupAdmin {
  constructor(private readonly database: LogDatabase) {}

  async names(): Promise<readonly string[]> {
    const rows = await this.database.rows<{ group_name: string }>(
      sql`select group_name from log.consumer_group order by group_name`,
    );
    return rows.map(({ group_name }) => group_name);
  }

  async describe(group: string): Promise<GroupDescription> {
    const known = await this.database.row(sql`select from log.consumer_group where group_name = ${group}`);
    if (!known) return { group, state: 'dead', members: [] };
    const rows = await this.database.rows<MemberRow>(sql`
      select m.member_id, m.client_id, m.host, m.generation_seen = g.generation as up_to_date,
        coalesce((
          select json_agg(json_build_object('topic', a.topic, 'partition', a.partition)
            order by a.topic, a.partition)
          from log.group_assignment a
          where a.group_name = m.group_name and a.member_id = m.member_id
        ), '[]') as assignment
      from log.group_member m join log.consumer_group g on g.group_name = m.group_name
      where m.group_name = ${group} and m.lease_until >= clock_timestamp()
      order by m.member_id`);
    const members = rows.map(({ member_id, client_id, host, assignment }) => ({
      memberId: member_id,
      clientId: client_id,
      host,
      assignment,
    }));
    if (members.length === 0) return { group, state: 'empty', members };
    return { group, state: rows.every((row) => row.up_to_date) ? 'stable' : 'rebalancing', members };
  }

  async committed(group: string, topics: readonly string[]): Promise<readonly Position[]> {
    const rows = await this.database.rows<{ topic: string; partition: number; committed: string }>(sql`
      select topic, partition, committed from log.group_offset
      where group_name = ${group} and topic = any(${topics}) order by topic, partition`);
    return rows.map(({ topic, partition, committed }) => ({ topic, partition, offset: BigInt(committed) }));
  }

  reset(group: string, positions: readonly Position[]): Promise<void> {
    return this.database.transaction(async (session) => {
      await session.run(
        sql`insert into log.consumer_group (group_name) values (${group}) on conflict do nothing`,
      );
      await lockGroup(session, group);
      const member = await session.row(sql`
        select from log.group_member where group_name = ${group} and lease_until >= clock_timestamp() limit 1`);
      if (member) throw new GroupNotEmptyError(`Group ${group} has members; their positions are their own.`);
      await session.run(sql`
        insert into log.group_offset (group_name, topic, partition, committed)
        select ${group}, p.topic, p.partition, p.committed
        from unnest(
          ${positions.map(({ topic }) => topic)}::text[],
          ${positions.map(({ partition }) => partition)}::int[],
          ${positions.map(({ offset }) => offset.toString())}::bigint[]
        ) as p(topic, partition, committed)
        on conflict (group_name, topic, partition) do update
          set committed = excluded.committed, committed_at = clock_timestamp()`);
    });
  }
}
