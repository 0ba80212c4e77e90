import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { Database } from '@/infrastructure/postgres/database';
import { lockKey } from '../delivery/postgres/fence';
import type { ReplayPartition, StoredReplay } from './replay';
import { columnsOf, type ReplayItem } from './replay-item';

export interface MissingEvent {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * Which events a rebuild has run: inbox rows of the handler `<name>@<replay>`, so that an interrupted one goes on
 * and runs nothing twice. Their time is that of the replay, since the inbox forgets rows by it, and not by when they
 * were written.
 */
export class RebuildLedger {
  constructor(
    private readonly database: Database,
    private readonly replay: Pick<StoredReplay, 'id' | 'group' | 'handlers' | 'startedAt' | 'partitions'>,
  ) {}

  ownName(handler: string): string {
    return `${handler}@${this.replay.id}`;
  }

  /** Answers the positions, in `items`, of the events that were not run before. */
  async enter(session: SqlSession, items: readonly ReplayItem[]): Promise<ReadonlySet<number>> {
    const rows = await session.rows<{ nth: string }>(sql`
      with wanted as (${columnsOf(items, ({ handler }) => this.ownName(handler.name))}), entered as (
        insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
        select group_id, handler, event_identity, ${this.replay.startedAt}::timestamptz, topic, topic_id, partition,
          "offset"
        from wanted order by handler, event_identity, nth
        on conflict do nothing
        returning handler, event_identity, topic, partition, "offset"
      )
      select wanted.nth from wanted join entered using (handler, event_identity, topic, partition, "offset")`);
    return new Set(rows.map(({ nth }) => Number(nth) - 1));
  }

  /** With the exchange the live group has handled them too. */
  async adopt(session: SqlSession, items: readonly ReplayItem[]): Promise<void> {
    if (items.length === 0) return;
    await session.run(sql`
      insert into replay_adoptions (
        replay_id, handler, event_identity, event_time, topic, topic_id, partition, "offset"
      )
      select ${this.replay.id}::uuid, handler, event_identity, event_time, topic, topic_id, partition, "offset"
      from (${columnsOf(items, ({ handler }) => handler.name)}) wanted
      on conflict do nothing`);
  }

  /** Events of the range that the live group has handled and this rebuild has not, by offset. */
  async missing(session: SqlSession, limit: number): Promise<readonly MissingEvent[]> {
    const { group, handlers } = this.replay;
    const rows = await session.rows<{ topic: string; partition: number; offset: string }>(sql`
      select distinct live.topic, live.partition, live."offset" from inbox live
      join ${this.ranges()} using (topic, partition)
      where live.group_id = ${group} and live.handler = any(${handlers}::text[])
        and live.topic_id in (wanted.topic_id, '') and live."offset" >= wanted.from_offset
        and not exists (
          select 1 from inbox own
          where own.group_id = ${group} and own.handler = live.handler || '@' || ${this.replay.id}::text
            and own.event_identity = live.event_identity and own.event_time = ${this.replay.startedAt})
      order by live."offset", live.topic, live.partition
      limit ${limit}`);
    return rows.map(({ topic, partition, offset }) => ({ topic, partition, offset: BigInt(offset) }));
  }

  /** The least of the handlers' watermarks, in the order of the replay's partitions. */
  async reached(): Promise<readonly bigint[]> {
    const { group, handlers, partitions } = this.replay;
    const rows = await this.database.rows<{ topic: string; partition: number; watermark: string }>(sql`
      select topic, partition, min(reached) as watermark from (
        select topic, partition, handler, max(to_offset) as reached
        from segments join ${this.ranges()} using (topic, topic_id, partition)
        where group_id = ${group} and handler = any(${handlers}::text[])
        group by topic, partition, handler
      ) each_handler
      group by topic, partition`);
    const found = new Map(
      rows.map(({ topic, partition, watermark }) => [`${topic} ${partition}`, BigInt(watermark)]),
    );
    return partitions.map(({ topic, partition, from }) => found.get(`${topic} ${partition}`) ?? from);
  }

  /** Rows about offsets that hold no record any more, as after compaction, are not waited for. */
  async passOver({ topic, topicId, partition }: ReplayPartition, offsets: readonly bigint[]): Promise<void> {
    const { group, handlers, id, startedAt } = this.replay;
    await this.database.run(sql`
      insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
      select group_id, handler || '@' || ${id}::text, event_identity, ${startedAt}, topic, topic_id, partition, "offset"
      from inbox live
      where group_id = ${group} and handler = any(${handlers}::text[]) and topic = ${topic}
        and topic_id in (${topicId}, '') and partition = ${partition} and "offset" = any(${offsets}::bigint[])
      on conflict do nothing`);
  }

  /** No effect of the live group on these topics commits until this transaction ends. */
  async holdLiveGroup(session: SqlSession): Promise<void> {
    await session.run(sql`
      select pg_advisory_xact_lock(key) from (
        select ${lockKey(sql`${this.replay.group}::text`, sql`topic`, sql`partition::bigint`)} as key
        from ${this.ranges()} order by 1
      ) keys`);
  }

  /** From here on the live group knows of everything that the new rows hold. */
  async handOver(session: SqlSession): Promise<void> {
    await session.run(sql`
      insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
      select ${this.replay.group}, handler, event_identity, event_time, topic, topic_id, partition, "offset"
      from replay_adoptions where replay_id = ${this.replay.id}
      on conflict do nothing`);
  }

  async forget(session: SqlSession): Promise<void> {
    const { group, handlers, id } = this.replay;
    await session.run(sql`
      delete from inbox where group_id = ${group}
        and handler = any(${handlers.map((handler) => this.ownName(handler))}::text[])`);
    await session.run(sql`delete from replay_adoptions where replay_id = ${id}`);
  }

  private ranges() {
    const { partitions } = this.replay;
    return sql`unnest(
      ${partitions.map(({ topic }) => topic)}::text[], ${partitions.map(({ topicId }) => topicId)}::text[],
      ${partitions.map(({ partition }) => partition)}::int[], ${partitions.map(({ from }) => from)}::bigint[]
    ) as wanted (topic, topic_id, partition, from_offset)`;
  }
}
