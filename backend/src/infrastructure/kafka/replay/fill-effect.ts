import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { type InboxHit, inboxHits, KnownLetters, parkedLanes } from './known-outcomes';
import { leftOutBy } from './left-out';
import type { OutsideCalls } from './outside-calls';
import type { ReplayPartition, StoredReplay } from './replay';
import {
  type Ending,
  type ItemOutcome,
  leftOut,
  type PagePlan,
  ran,
  type ReplayEffect,
} from './replay-effect';
import { columnsOf, invokeInReplay, longestTimeout, type ReplayItem } from './replay-item';

export interface FillParts {
  readonly replay: Pick<StoredReplay, 'id' | 'group' | 'startedAt'>;
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly isTooOld: (item: ReplayItem) => boolean;
  readonly outside: OutsideCalls;
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
    const [happened, letters] = await Promise.all([
      this.happened(partition, items),
      KnownLetters.of(
        database,
        replay.group,
        partition,
        items.map(({ record }) => record.offset),
      ),
    ]);
    const outcomeOf = (item: ReplayItem, index: number): ItemOutcome | undefined => {
      const { offset } = item.record;
      const known = happened(item, index);
      if (known) return known;
      const decided = leftOutBy(letters.find(offset, item.handler.name)?.status ?? 'resolved');
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
    if (item.handler.options.effects === 'external') return this.runOutside(item);
    const [outcome] = await this.runTogether([item]);
    return outcome as ItemOutcome;
  }

  runTogether(items: readonly ReplayItem[]): Promise<readonly ItemOutcome[]> {
    const { unitOfWork, database } = this.parts;
    return unitOfWork.run(
      async (session) => {
        const entered = await this.enter(session, items);
        const outcomes: ItemOutcome[] = [];
        for (const [index, item] of items.entries()) {
          if (entered.has(index)) await invokeInReplay(item, this.scope);
          outcomes.push(entered.has(index) ? ran() : leftOut('handled'));
        }
        return outcomes;
      },
      { database, timeoutMs: longestTimeout(items) },
    );
  }

  finish(ending: Ending): Promise<void> {
    return this.parts.database.transaction((session) => ending.end(session));
  }

  async discard(): Promise<void> {}

  /** By the inbox, and by what waits in the live group, as both are now. */
  private async happened(
    place: Pick<ReplayPartition, 'topic' | 'topicId' | 'partition'>,
    items: readonly ReplayItem[],
  ): Promise<(item: ReplayItem, index: number) => ItemOutcome | undefined> {
    const { database, replay } = this.parts;
    const lanes = [...new Set(items.map(({ lane }) => lane))];
    const [hits, parked] = await Promise.all([
      inboxHits(
        database,
        items,
        ({ handler }) => handler.name,
        ({ mark }) => mark.time,
      ),
      parkedLanes(database, replay.group, place, lanes),
    ]);
    return ({ lane, record: { offset } }, index) => {
      const hit = hits.get(index);
      if (hit) return outcomeOf(hit, replay.startedAt);
      return (parked.get(lane) ?? offset + 1n) <= offset ? leftOut('parked') : undefined;
    };
  }

  /**
   * Somebody may have been quicker since the page was planned, so it is looked at once more just before the call.
   * Dies the process between the call and its row, the effect comes again: at least once, as in the live group.
   */
  private async runOutside(item: ReplayItem): Promise<ItemOutcome> {
    const { outside } = this.parts;
    const { timeoutMs } = item.handler.options;
    const lane = `${item.topicId} ${item.record.partition} ${item.lane}`;
    await outside.ended(lane, timeoutMs);
    const happened = await this.happened({ ...item.record, topicId: item.topicId }, [item]);
    const known = happened(item, 0);
    if (known) return known;
    await outside.run(lane, () => invokeInReplay(item, this.scope), timeoutMs);
    await this.parts.database.transaction((session) => this.enter(session, [item]));
    return ran();
  }

  private get scope() {
    return { id: this.parts.replay.id, mode: 'fill' } as const;
  }

  /** Leaves out where somebody was quicker, or an operator has sent the event back into its lane meanwhile. */
  private async enter(session: SqlSession, items: readonly ReplayItem[]): Promise<ReadonlySet<number>> {
    const rows = await session.rows<{ nth: string }>(sql`
      with wanted as (${columnsOf(items, ({ handler }) => handler.name)}), entered as (
        insert into inbox (group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset")
        select group_id, handler, event_identity, event_time, topic, topic_id, partition, "offset" from wanted
        where not exists (
          select 1 from parked
          where parked.group_id = wanted.group_id and parked.topic = wanted.topic
            and parked.topic_id = wanted.topic_id and parked.partition = wanted.partition
            and parked.lane = wanted.lane and parked."offset" <= wanted."offset")
        order by handler, event_identity, nth
        on conflict do nothing
        returning handler, event_identity, topic, partition, "offset"
      )
      select wanted.nth from wanted join entered using (handler, event_identity, topic, partition, "offset")`);
    return new Set(rows.map(({ nth }) => Number(nth) - 1));
  }
}

function outcomeOf({ here, handledAt }: InboxHit, startedAt: Date): ItemOutcome {
  if (!here) return leftOut('repeated');
  return handledAt >= startedAt ? { kind: 'done' } : leftOut('handled');
}
