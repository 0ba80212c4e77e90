import { randomUUIDv7 } from 'node:crypto';
import { type DeadLetter, toDeadLetterRecord } from '@/infrastructure/kafka/dead-letters/dead-letter';
import type { Position, TopicPartition } from '@/infrastructure/kafka/transport/transport.port';
import { toStored, withoutNul } from '@/infrastructure/outbox/record-headers';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import type { DeliveryStore, HandlerRun, Tenure } from './delivery-store.port';
import { FencedError } from './delivery.errors';

export type TopicIds = (topics: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/**
 * The fence: every effect takes the partition's lock shared and then, in a statement of its own (whose snapshot is
 * thereby younger than the lock), writes its inbox row only under its own epoch. A new owner takes the lock
 * exclusively and raises the epoch: it waits for effects that are committing and stops all that come later.
 *
 * A watermark counts for the topic it was reached in. Where the topic is another one by now (made anew, or of another
 * log), all of it is read, and the inbox leaves out what had its effect.
 */
export class PostgresDeliveryStore implements DeliveryStore {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly topicIds: TopicIds,
  ) {}

  async acquire(
    group: string,
    partitions: readonly (TopicPartition & { readonly committed: bigint | null })[],
  ): Promise<readonly { readonly tenure: Tenure; readonly watermark: bigint | null }[]> {
    const ids = await this.topicIds([...new Set(partitions.map(({ topic }) => topic))]);
    return this.database.transaction(async (session) => {
      const taken: { tenure: Tenure; watermark: bigint | null }[] = [];
      for (const { topic, partition } of partitions.toSorted(byTopicAndPartition)) {
        await session.run(sql`select pg_advisory_xact_lock(${lockKey(group, topic, partition)})`);
        const row = await session.row<{ watermark: string; epoch: string }>(sql`
          insert into progress as known (group_id, topic, partition, topic_id, watermark, epoch)
          values (${group}, ${topic}, ${partition}, ${ids.get(topic) ?? ''}, -1, 1)
          on conflict (group_id, topic, partition) do update set epoch = known.epoch + 1,
            topic_id = excluded.topic_id,
            watermark = case when known.topic_id = excluded.topic_id then known.watermark else -1 end
          returning watermark, epoch`);
        if (!row) throw new Error('An upsert returned no row.');
        const watermark = BigInt(row.watermark);
        taken.push({
          tenure: { group, topic, partition, epoch: BigInt(row.epoch) },
          watermark: watermark < 0n ? null : watermark,
        });
      }
      return taken;
    });
  }

  async runOnce(run: HandlerRun): Promise<'handled' | 'duplicate'> {
    return run.effects === 'transaction' ? this.runInside(run) : this.runOutside(run);
  }

  async bury(tenure: Tenure, letter: DeadLetter): Promise<void> {
    const { record, cause } = letter;
    const id = randomUUIDv7();
    await this.unitOfWork.run(async (session) => {
      await this.holdFence(session, tenure);
      const added = await session.run(sql`
        insert into dead_letters (
          id, group_id, handler, topic, partition, "offset", key, value, headers, recorded_at, attempts,
          cause_code, cause_message
        ) select ${id}, ${letter.group}, ${letter.handler}, ${record.topic}, ${record.partition},
          ${record.offset}, ${record.key}, ${record.value}, ${JSON.stringify(toStored(record.headers))},
          to_timestamp(${record.timestamp}::double precision / 1000), ${letter.attempts},
          ${cause.code}, ${withoutNul(cause.message)}
        where ${underOwnEpoch(tenure)}
        on conflict (group_id, handler, topic, partition, "offset", recorded_at) do nothing`);
      if (added === 0) return this.refuseWhenFenced(session, tenure);
      const eventType = withoutNul(
        record.headers.findLast(([name]) => name === 'ce_type')?.[1]?.toString() ?? 'unknown',
      );
      this.unitOfWork.append(toDeadLetterRecord(letter), { eventId: id, eventType });
    });
  }

  async save(
    positions: readonly { readonly tenure: Tenure; readonly watermark: bigint }[],
  ): Promise<readonly Position[]> {
    const rows = await this.database.rows<{ topic: string; partition: number; watermark: string }>(sql`
      update progress set watermark = saved.watermark, updated_at = clock_timestamp()
      from unnest(
        ${positions.map(({ tenure }) => tenure.group)}::text[], ${positions.map(({ tenure }) => tenure.topic)}::text[],
        ${positions.map(({ tenure }) => tenure.partition)}::int[],
        ${positions.map(({ tenure }) => tenure.epoch)}::bigint[], ${positions.map((item) => item.watermark)}::bigint[]
      ) as saved (group_id, topic, partition, epoch, watermark)
      where progress.group_id = saved.group_id and progress.topic = saved.topic
        and progress.partition = saved.partition and progress.epoch = saved.epoch
        and progress.watermark <= saved.watermark
      returning progress.topic, progress.partition, progress.watermark`);
    return rows.map(({ topic, partition, watermark }) => ({ topic, partition, offset: BigInt(watermark) }));
  }

  private runInside(run: HandlerRun): Promise<'handled' | 'duplicate'> {
    return this.unitOfWork.run(async (session) => {
      await this.holdFence(session, run.tenure);
      if (!(await this.enterInbox(session, run))) return 'duplicate';
      await run.work();
      return 'handled';
    });
  }

  /** Dies the process between the work and the row, the work runs again: at least once. */
  private async runOutside(run: HandlerRun): Promise<'handled' | 'duplicate'> {
    const done = await this.database.row(sql`
      select 1 from inbox where group_id = ${run.tenure.group} and handler = ${run.handler}
        and event_identity = ${run.eventIdentity}`);
    if (done) return 'duplicate';
    await this.refuseWhenFenced(this.database, run.tenure);
    await run.work();
    await this.database.transaction(async (session) => {
      await this.holdFence(session, run.tenure);
      await this.enterInbox(session, run);
    });
    return 'handled';
  }

  private async holdFence(session: SqlSession, { group, topic, partition }: Tenure): Promise<void> {
    await session.run(sql`select pg_advisory_xact_lock_shared(${lockKey(group, topic, partition)})`);
  }

  /** False when the row was there. */
  private async enterInbox(session: SqlSession, run: HandlerRun): Promise<boolean> {
    const { tenure, record } = run;
    const entered = await session.run(sql`
      insert into inbox (group_id, handler, event_identity, topic, partition, "offset")
      select ${tenure.group}, ${run.handler}, ${run.eventIdentity}, ${record.topic}, ${record.partition},
        ${record.offset}
      where ${underOwnEpoch(tenure)}
      on conflict do nothing`);
    if (entered === 0) await this.refuseWhenFenced(session, tenure);
    return entered > 0;
  }

  private async refuseWhenFenced(session: SqlSession, tenure: Tenure): Promise<void> {
    if (await session.row(sql`select 1 where ${underOwnEpoch(tenure)}`)) return;
    throw new FencedError(`${tenure.topic}/${tenure.partition} of ${tenure.group} has a new owner.`);
  }
}

const underOwnEpoch = ({ group, topic, partition, epoch }: Tenure) => sql`exists (
  select 1 from progress where group_id = ${group} and topic = ${topic} and partition = ${partition}
    and epoch = ${epoch})`;

const lockKey = (group: string, topic: string, partition: number) =>
  sql`hashtextextended(current_schema() || ':' || ${group}::text || ':' || ${topic}::text, ${partition}::bigint)`;

const byTopicAndPartition = (a: TopicPartition, b: TopicPartition) =>
  a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition;
