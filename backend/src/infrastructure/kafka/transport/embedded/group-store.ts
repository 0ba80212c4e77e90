import { hostname } from 'node:os';
import { sql } from '@/infrastructure/postgres/sql';
import { OwnershipLostError } from '../transport.errors';
import type { Position, TopicPartition } from '../transport.port';
import { lockGroup, rebalance } from './group-rebalance';
import type { LogDatabase } from './log-database';

export interface Membership {
  readonly group: string;
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly topics: readonly string[];
  readonly leaseMs: number;
}

/** A partition a member owns. Another epoch is another ownership, even of the same member. */
export interface OwnedPartition extends TopicPartition {
  readonly epoch: bigint;
  readonly committed: bigint | null;
}

export interface SignOfLife {
  readonly group: string;
  readonly memberId: string;
  readonly generation: bigint;
  /** A member is dead, or topics came or went: the group is to be rebalanced. */
  readonly uneven: boolean;
}

/** Group membership and progress in the log's tables. Leases run by the database's clock. */
export class GroupStore {
  constructor(private readonly database: LogDatabase) {}

  /** Enters, or enters again. A living member of the same instance loses its place to this one. */
  join(membership: Membership): Promise<void> {
    const { group, memberId, instanceId, clientId, topics, leaseMs } = membership;
    return this.database.transaction(async (session) => {
      await session.run(
        sql`insert into log.consumer_group (group_name) values (${group}) on conflict do nothing`,
      );
      await lockGroup(session, group);
      await session.run(sql`
        with predecessor as (
          delete from log.group_member
          where group_name = ${group} and instance_id = ${instanceId} and member_id <> ${memberId}
          returning member_id
        )
        update log.group_assignment a set member_id = ${memberId}, epoch = epoch + 1
        from predecessor p where a.group_name = ${group} and a.member_id = p.member_id`);
      await session.run(sql`
        insert into log.group_member
          (group_name, member_id, instance_id, client_id, host, topics, lease, lease_until)
        values (${group}, ${memberId}, ${instanceId}, ${clientId}, ${hostname()}, ${topics},
          make_interval(secs => ${leaseMs / 1000}),
          clock_timestamp() + make_interval(secs => ${leaseMs / 1000}))
        on conflict (group_name, member_id) do update set lease_until = excluded.lease_until`);
      await rebalance(session, group);
    });
  }

  leave(group: string, memberId: string): Promise<void> {
    return this.database.transaction(async (session) => {
      await lockGroup(session, group);
      await session.run(
        sql`delete from log.group_member where group_name = ${group} and member_id = ${memberId}`,
      );
      await rebalance(session, group);
    });
  }

  /** True when something moved. Who asks is alive, however long the question has waited. */
  rebalance(group: string, askedBy: readonly string[]): Promise<boolean> {
    return this.database.transaction(async (session) => {
      await lockGroup(session, group);
      await session.run(sql`
        update log.group_member set lease_until = clock_timestamp() + lease
        where group_name = ${group} and member_id = any(${askedBy})`);
      return rebalance(session, group);
    });
  }

  /** Renews the leases; who is not in the answer is no member any more. */
  async signsOfLife(
    members: readonly { group: string; memberId: string; seen: bigint }[],
  ): Promise<readonly SignOfLife[]> {
    const rows = await this.database.rows<{
      group_name: string;
      member_id: string;
      generation: string;
      uneven: boolean;
    }>(sql`
      update log.group_member m
      set lease_until = clock_timestamp() + m.lease, generation_seen = l.seen
      from unnest(
          ${members.map(({ group }) => group)}::text[],
          ${members.map(({ memberId }) => memberId)}::text[],
          ${members.map(({ seen }) => seen.toString())}::bigint[]
        ) as l(group_name, member_id, seen),
        log.consumer_group g, log.catalog c
      where m.group_name = l.group_name and m.member_id = l.member_id and g.group_name = m.group_name
      returning m.group_name, m.member_id, g.generation,
        g.catalog_version <> c.version or exists (
          select from log.group_member o
          where o.group_name = m.group_name and o.lease_until < clock_timestamp() and o.member_id <> m.member_id
        ) as uneven`);
    return rows.map((row) => ({
      group: row.group_name,
      memberId: row.member_id,
      generation: BigInt(row.generation),
      uneven: row.uneven,
    }));
  }

  /** What the member owns, and the generation of that answer; undefined when it is no member. */
  async owned(
    group: string,
    memberId: string,
  ): Promise<{ generation: bigint; partitions: readonly OwnedPartition[] } | undefined> {
    const rows = await this.database.rows<{
      generation: string;
      topic: string | null;
      partition: number;
      epoch: string;
      committed: string | null;
    }>(sql`
      select g.generation, a.topic, a.partition, a.epoch, o.committed
      from log.consumer_group g
      join log.group_member m on m.group_name = g.group_name and m.member_id = ${memberId}
      left join log.group_assignment a on a.group_name = g.group_name and a.member_id = m.member_id
      left join log.group_offset o
        on o.group_name = a.group_name and o.topic = a.topic and o.partition = a.partition
      where g.group_name = ${group}
      order by a.topic, a.partition`);
    const [first] = rows;
    if (!first) return undefined;
    return {
      generation: BigInt(first.generation),
      partitions: rows.flatMap(({ topic, partition, epoch, committed }) =>
        topic === null
          ? []
          : [
              {
                topic,
                partition,
                epoch: BigInt(epoch),
                committed: committed === null ? null : BigInt(committed),
              },
            ],
      ),
    };
  }

  /** True when another member has taken the instance's place. */
  async isTaken(group: string, instanceId: string, memberId: string): Promise<boolean> {
    const row = await this.database.row(sql`
      select from log.group_member
      where group_name = ${group} and instance_id = ${instanceId} and member_id <> ${memberId}`);
    return row !== undefined;
  }

  /** All or nothing. The assignment is locked, so that a move waits for the commit or is seen by it. */
  async commit(
    group: string,
    memberId: string,
    positions: readonly (Position & { readonly epoch: bigint })[],
  ): Promise<void> {
    const written = await this.database.run(sql`
      with wanted as (
        select * from unnest(
          ${positions.map(({ topic }) => topic)}::text[],
          ${positions.map(({ partition }) => partition)}::int[],
          ${positions.map(({ offset }) => offset.toString())}::bigint[],
          ${positions.map(({ epoch }) => epoch.toString())}::bigint[]
        ) as w(topic, partition, committed, epoch)
      ), owned as (
        select a.topic from log.group_assignment a
        join wanted w on w.topic = a.topic and w.partition = a.partition and w.epoch = a.epoch
        where a.group_name = ${group} and a.member_id = ${memberId}
        order by a.topic, a.partition for share of a
      )
      insert into log.group_offset (group_name, topic, partition, committed)
      select ${group}, w.topic, w.partition, w.committed from wanted w
      where (select count(*) from owned) = (select count(*) from wanted)
      on conflict (group_name, topic, partition) do update
        set committed = excluded.committed, committed_at = clock_timestamp()`);
    if (written !== positions.length) {
      throw new OwnershipLostError(`A partition of this commit is not owned by ${memberId} any more.`);
    }
  }
}
