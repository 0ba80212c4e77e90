import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { isUnavailable } from '@/infrastructure/postgres/database.errors';
import type { Database } from '@/infrastructure/postgres/database';
import { type SqlSession, sql } from '@/infrastructure/postgres/sql';
import { describeError } from '../delivery/failure';
import { isPassing } from '../delivery/runs/failure-class';
import { inboxHits, KnownLetters, parkedLanes } from './known-outcomes';
import { leftOutBy } from './left-out';
import { MutedRun } from './muted-run';
import type { MissingEvent, RebuildLedger } from './rebuild-ledger';
import type { ReplayPartition, StoredReplay } from './replay';
import { CatchUpFailedError, ReplayEventsExpiredError, WriteOutsideRebuildError } from './replay.errors';
import {
  type Ending,
  type ItemOutcome,
  leftOut,
  type PagePlan,
  ran,
  type ReplayEffect,
} from './replay-effect';
import { invokeInReplay, longestTimeout, type ReplayItem } from './replay-item';
import type { ReplayReader } from './replay-reader';
import type { ShadowTables } from './shadow-tables';

export interface RebuildParts {
  readonly replay: StoredReplay;
  readonly database: Database;
  readonly unitOfWork: UnitOfWork;
  readonly reader: ReplayReader;
  readonly handlers: readonly HandlerRegistration[];
  readonly shadow: ShadowTables;
  readonly ledger: RebuildLedger;
}

/** So many events may be run while the live group's effects are held up for the exchange. */
const MOST_UNDER_FENCE = 500;
const MOST_AT_ONCE = 5_000;
const MOST_TOGETHER = 100;
const HOLD_MS = 120_000;

/**
 * Runs events into copies of the handlers' tables: exactly those that the live group has handled, and those that it
 * never had to do with. What waits in a lane, or for a person, is the lane's to run, before or after the exchange.
 */
export class RebuildEffect implements ReplayEffect {
  readonly keepsOrder = true;
  /** Ran here and never in the live group. */
  private readonly adopted = new WeakSet<ReplayItem>();

  constructor(private readonly parts: RebuildParts) {}

  async prepare(): Promise<void> {
    const { replay, unitOfWork, database, shadow, handlers } = this.parts;
    if (replay.prepared) return;
    await unitOfWork.run(
      async (session) => {
        await shadow.inOrder(session);
        await shadow.create(session);
        await shadow.enter(session);
        for (const { name, options } of handlers) {
          await options.reset?.();
          await this.refuseOutsideWrites(session, [{ handler: { name } }]);
        }
        await session.run(sql`update replays set prepared = true where id = ${replay.id}`);
      },
      { database, instead: async () => undefined },
    );
  }

  async plan(partition: ReplayPartition, items: readonly ReplayItem[]): Promise<PagePlan> {
    const { database, replay, ledger } = this.parts;
    const [own, live, parked, letters] = await Promise.all([
      inboxHits(
        database,
        items,
        ({ handler }) => ledger.ownName(handler.name),
        () => replay.startedAt,
      ),
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
      const done = own.get(index);
      if (done) return done.here ? { kind: 'done' } : leftOut('repeated');
      if (live.has(index)) return undefined;
      if ((parked.get(item.lane) ?? offset + 1n) <= offset) return leftOut('parked');
      const decided = leftOutBy(letters.find(offset, item.handler.name)?.status ?? 'resolved');
      return decided && leftOut(decided);
    };
    const outcomes = items.map(outcomeOf);
    const mended = await Promise.all(
      items.map((item) => this.mended(item, letters.mended(item.record, item.handler.name))),
    );
    for (const [index, item] of mended.entries()) if (!live.has(index)) this.adopted.add(item);
    return {
      outcomeOf: (index) => outcomes[index],
      itemOf: (index) => mended[index] as ReplayItem,
    };
  }

  async run(item: ReplayItem): Promise<ItemOutcome> {
    const [outcome] = await this.runTogether([item]);
    return outcome as ItemOutcome;
  }

  runTogether(items: readonly ReplayItem[]): Promise<readonly ItemOutcome[]> {
    const { unitOfWork, database, shadow, ledger } = this.parts;
    // What the whole transaction would publish is told by its last event.
    const muted = new MutedRun(this.parts.replay.id, 'rebuild');
    return unitOfWork.run(
      async (session) => {
        await shadow.enter(session);
        const entered = await ledger.enter(session, items);
        const fresh = items.filter((_, index) => entered.has(index));
        await ledger.adopt(
          session,
          fresh.filter((item) => this.adopted.has(item)),
        );
        for (const item of fresh) await invokeInReplay(item, muted.scope);
        await this.refuseOutsideWrites(session, fresh);
        const last = fresh.at(-1);
        return items.map((item, index) => {
          if (!entered.has(index)) return leftOut('repeated');
          return item === last ? ran(muted.report) : ran();
        });
      },
      {
        database,
        timeoutMs: longestTimeout(items),
        instead: async (entries) => muted.noteEvents(entries),
      },
    );
  }

  reached(): Promise<readonly bigint[]> {
    return this.parts.ledger.reached();
  }

  /** Catches up with the live group, holds its effects up for the last of it, and exchanges the rows. */
  async finish(ending: Ending): Promise<void> {
    for (;;) {
      await ending.goOn();
      const missing = await this.parts.ledger.missing(this.parts.database, MOST_AT_ONCE);
      if (missing.length > MOST_UNDER_FENCE) await this.runMissing(missing, ending);
      else if (await this.exchange(ending)) return;
    }
  }

  async discard(): Promise<void> {
    await this.parts.database.transaction((session) => this.clear(session));
  }

  /** False when the live group has come further than can be caught up with while it is held up. */
  private exchange(ending: Ending): Promise<boolean> {
    const { database, ledger, shadow } = this.parts;
    return database.transaction(async (session) => {
      await session.run(sql`
        select set_config('idle_in_transaction_session_timeout', ${String(HOLD_MS)}, true)`);
      await ledger.holdLiveGroup(session);
      const missing = await ledger.missing(session, MOST_UNDER_FENCE + 1);
      if (missing.length > MOST_UNDER_FENCE) return false;
      await this.runMissing(missing, ending);
      await shadow.swap(session);
      await ledger.handOver(session);
      await this.clear(session);
      await ending.end(session);
      return true;
    });
  }

  private async clear(session: SqlSession): Promise<void> {
    await this.parts.ledger.forget(session);
    await this.parts.shadow.drop(session);
  }

  /** Events that the live group has handled and this rebuild has not, each partition's in order. */
  private async runMissing(missing: readonly MissingEvent[], ending: Ending): Promise<void> {
    for (const partition of this.parts.replay.partitions) {
      const offsets = missing
        .filter(({ topic, partition: number }) => topic === partition.topic && number === partition.partition)
        .map(({ offset }) => offset);
      await this.runOffsets(
        partition,
        [...new Set(offsets)].toSorted((a, b) => (a < b ? -1 : 1)),
        ending,
      );
    }
  }

  private async runOffsets(
    partition: ReplayPartition,
    offsets: readonly bigint[],
    ending: Ending,
  ): Promise<void> {
    const last = offsets.at(-1);
    let rest = offsets;
    while (rest[0] !== undefined && last !== undefined) {
      const page = await this.parts.reader.read(partition, rest[0], last + 1n, MOST_TOGETHER);
      if (page.expired > 0n) {
        throw new ReplayEventsExpiredError(
          `${partition.topic}/${partition.partition}: ${rest[0]} has expired.`,
        );
      }
      const wanted = new Set(rest);
      await this.runRecords(
        partition,
        page.records.filter(({ offset }) => wanted.has(offset)),
        ending,
      );
      await this.parts.ledger.passOver(
        partition,
        rest.filter((offset) => offset < page.next),
      );
      rest = rest.filter((offset) => offset >= page.next);
    }
  }

  private async runRecords(
    partition: ReplayPartition,
    records: readonly LogRecord[],
    ending: Ending,
  ): Promise<void> {
    const { reader, replay, database } = this.parts;
    const offsets = records.map(({ offset }) => offset);
    const letters = await KnownLetters.of(database, replay.group, partition, offsets);
    const items: ReplayItem[] = [];
    for (const record of records) {
      const opened = await reader.open(partition.topicId, letters.mended(record));
      if (opened.kind === 'unavailable') throw opened.error;
      if (opened.kind === 'event') items.push(...reader.itemsOf(partition.topicId, record, opened));
    }
    const plan = await this.plan(partition, items);
    const wanted = [...items.keys()]
      .filter((index) => !plan.outcomeOf(index))
      .map((index) => plan.itemOf(index))
      // What the live group has not handled by now is still its own.
      .filter((item) => !this.adopted.has(item));
    if (wanted.length === 0) return;
    const outcomes = await this.runTogether(wanted).catch((error: unknown) => {
      if (isUnavailable(error)) throw error;
      return undefined;
    });
    for (const [index, item] of wanted.entries()) {
      ending.ran(item, outcomes?.[index] ?? (await this.catchUpWith(item)));
    }
  }

  private async catchUpWith(item: ReplayItem): Promise<ItemOutcome> {
    try {
      return await this.run(item);
    } catch (cause) {
      if (isPassing(cause) || cause instanceof WriteOutsideRebuildError) throw cause;
      const { topic, partition, offset } = item.record;
      const { message } = describeError(cause);
      throw new CatchUpFailedError(`${topic}/${partition} at ${offset}: ${message}`, { cause });
    }
  }

  private async mended(item: ReplayItem, record: LogRecord): Promise<ReplayItem> {
    if (record === item.record) return item;
    const opened = await this.parts.reader.open(item.topicId, record);
    if (opened.kind === 'unavailable') throw opened.error;
    if (opened.kind === 'undecodable') throw opened.failure.error;
    return { ...item, decoded: opened.event.decoded };
  }

  private async refuseOutsideWrites(
    session: SqlSession,
    by: readonly { readonly handler: { readonly name: string } }[],
  ): Promise<void> {
    const tables = await this.parts.shadow.writtenOutside(session);
    const names = [...new Set(by.map(({ handler }) => handler.name))];
    if (tables.length > 0) throw new WriteOutsideRebuildError(names, tables);
  }
}
