import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { withTimeout } from '@/infrastructure/concurrency/time-out';
import { laneBytes } from '../delivery/postgres/parked-rows';
import { inboxHits, KnownLetters, parkedLanes } from './known-outcomes';
import { leftOutBy } from './left-out';
import type { ReplayPartition, StoredReplay } from './replay';
import { type ItemOutcome, leftOut, type PagePlan, ran, type ReplayEffect } from './replay-effect';
import { invokeInReplay, type ReplayItem, timeText } from './replay-item';

export interface FillParts {
  readonly replay: Pick<StoredReplay, 'id' | 'group' | 'startedAt'>;
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly isTooOld: (item: ReplayItem) => boolean;
}

/**
 * Runs what has no outcome, under the live group's own inbox names: whoever comes second finds the row. What waits in
 * a lane, or for a person, stays where it is.
 */
export class FillEffect implements ReplayEffect {
  readonly keepsOrder = true;

  constructor(private readonly parts: FillParts) {}

  async prepare(): Promise<void> {}

  async plan(partition: ReplayPartition, items: readonly ReplayItem[]): Promise<PagePlan> {
    const { database, replay, isTooOld } = this.parts;
    const [hits, parked, letters] = await Promise.all([
      inboxHits(
        database,
        items,
        ({ handler }) => handler.name,
        ({ mark }) => mark.time,
      ),
      parkedLanes(database, replay.group, partition, [...new Set(items.map(({ lane }) => lane))]),
      KnownLetters.of(
        database,
        replay.group,
        partition,
        items.map(({ record }) => record.offset),
      ),
    ]);
    const outcomeOf = (item: ReplayItem, index: number): ItemOutcome | undefined => {
      const { offset } = item.record;
      const hit = hits.get(index);
      if (hit?.here) return hit.handledAt >= replay.startedAt ? { kind: 'done' } : leftOut('handled');
      if (hit) return leftOut('repeated');
      const decided = leftOutBy(letters.find(offset, item.handler.name)?.status ?? 'resolved');
      if ((parked.get(item.lane) ?? offset + 1n) <= offset) return leftOut('parked');
      if (decided) return leftOut(decided);
      return isTooOld(item) ? leftOut('tooOld') : undefined;
    };
    const outcomes = items.map(outcomeOf);
    return {
      outcomeOf: (index) => outcomes[index],
      itemOf: (index) => items[index] as ReplayItem,
    };
  }

  async run(item: ReplayItem): Promise<ItemOutcome> {
    return item.handler.options.effects === 'transaction' ? this.runInside(item) : this.runOutside(item);
  }

  finish(end: (session: SqlSession) => Promise<void>): Promise<void> {
    return this.parts.database.transaction(end);
  }

  async discard(): Promise<void> {}

  private runInside(item: ReplayItem): Promise<ItemOutcome> {
    const { unitOfWork, database } = this.parts;
    const { timeoutMs } = item.handler.options;
    return unitOfWork.run(
      async (session) => {
        if (!(await this.enter(session, item))) return leftOut('handled');
        await invokeInReplay(item, this.scope);
        return ran();
      },
      { database, timeoutMs },
    );
  }

  /** Dies the process between the two, the effect comes again: at least once, as in the live group. */
  private async runOutside(item: ReplayItem): Promise<ItemOutcome> {
    const { result } = withTimeout(
      () => invokeInReplay(item, this.scope),
      item.handler.options.timeoutMs,
    );
    await result;
    await this.parts.database.transaction((session) => this.enter(session, item));
    return ran();
  }

  private get scope() {
    return { id: this.parts.replay.id, mode: 'fill' } as const;
  }

  /** False where somebody was quicker, or an operator has sent the event back into its lane meanwhile. */
  private async enter(session: SqlSession, item: ReplayItem): Promise<boolean> {
    const { group, record, topicId, handler, mark, lane } = item;
    const entered = await session.run(sql`
      insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
      select ${group}, ${handler.name}, ${mark.identity}, ${timeText(mark.time)}::timestamptz, ${record.topic},
        ${topicId}, ${record.partition}, ${record.offset}
      where not exists (
        select 1 from parked where group_id = ${group} and topic = ${record.topic} and topic_id = ${topicId}
          and partition = ${record.partition} and lane = ${laneBytes(lane)} and "offset" <= ${record.offset})
      on conflict do nothing`);
    return entered === 1;
  }
}
