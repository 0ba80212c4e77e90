import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { Database } from '@/infrastructure/postgres/database';
import { isUnavailable } from '@/infrastructure/postgres/database.errors';
import { laneOf } from '../delivery/lanes/delivery';
import { isPassing } from '../delivery/runs/failure-class';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { ANY_HANDLER, KnownLetters } from './known-outcomes';
import { leftOutBy } from './left-out';
import type { ReplayPartition, TroubleKind } from './replay';
import { WriteOutsideRebuildError } from './replay.errors';
import type { ItemOutcome, PagePlan, ReplayEffect } from './replay-effect';
import type { ReplayItem } from './replay-item';
import type { ReplayReader } from './replay-reader';
import { blockedLanes } from './replay-rows';
import type { ReplayTally, TroublePlace } from './replay-tally';

export interface PageParts {
  readonly replay: { readonly id: string; readonly group: string };
  readonly database: Database;
  readonly reader: ReplayReader;
  readonly effect: ReplayEffect;
}

/** Each on a connection of the replay's own. */
const WORKERS = 3;
/** Events that share a transaction. */
const MOST_TOGETHER = 100;

type Entry =
  | { readonly kind: 'items'; readonly record: LogRecord; readonly indexes: readonly number[] }
  | { readonly kind: 'undecodable'; readonly record: LogRecord; readonly error: unknown };

/**
 * Runs the events of one page: lanes beside each other, each lane's events in order. Rejects only where the page has
 * to be done again, as when the database is away; what was run before is known by its inbox row then.
 */
export class ReplayPage {
  private readonly items: ReplayItem[] = [];
  private readonly lanes = new Map<string, Entry[]>();
  private blocked: ReadonlyMap<string, TroubleKind> = new Map();
  private letters: KnownLetters | undefined;
  private plan: PagePlan | undefined;

  constructor(
    private readonly parts: PageParts,
    private readonly partition: ReplayPartition,
    private readonly tally: ReplayTally,
  ) {}

  async run(records: readonly LogRecord[]): Promise<void> {
    const { database, replay, effect } = this.parts;
    const offsets = records.map(({ offset }) => offset);
    this.letters = await KnownLetters.of(database, replay.group, this.partition, offsets);
    for (const record of records) await this.open(this.letters.mended(record));
    const lanes = [...this.lanes.keys()];
    if (lanes.length === 0) return;
    this.blocked = await blockedLanes(database, replay.id, this.partition, lanes);
    this.plan = await effect.plan(this.partition, this.items);
    // Each worker has lanes of its own, so a lane's events stay in order.
    const workers = Array.from({ length: WORKERS }, (_, nth) =>
      this.runLanes(lanes.filter((_, index) => index % WORKERS === nth)),
    );
    // All of them, so that nothing of this page runs any more when it is done again.
    const ended = await Promise.allSettled(workers);
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  private async open(record: LogRecord): Promise<void> {
    const { reader } = this.parts;
    if (!reader.takes(record)) return this.tally.leaveOut('notTaken');
    const { topicId } = this.partition;
    const opened = await reader.open(topicId, record);
    if (opened.kind === 'unavailable') throw opened.error;
    if (opened.kind === 'undecodable') {
      return this.enqueue({ kind: 'undecodable', record, error: opened.failure.error });
    }
    const items = reader.itemsOf(topicId, record, opened);
    if (items.length === 0) return this.tally.leaveOut('notTaken');
    this.enqueue({ kind: 'items', record, indexes: items.map((_, nth) => this.items.length + nth) });
    this.items.push(...items);
  }

  private enqueue(entry: Entry): void {
    const lane = laneOf(entry.record);
    const known = this.lanes.get(lane);
    if (known) known.push(entry);
    else this.lanes.set(lane, [entry]);
  }

  private async runLanes(lanes: readonly string[]): Promise<void> {
    const entries = lanes
      .flatMap((lane) => this.lanes.get(lane) ?? [])
      .toSorted((a, b) => (a.record.offset < b.record.offset ? -1 : 1));
    const blocked = new Map(this.blocked);
    for (let from = 0; from < entries.length; from += MOST_TOGETHER) {
      const part = entries.slice(from, from + MOST_TOGETHER);
      if (await this.runTogether(part, blocked)) continue;
      for (const entry of part) {
        const lane = laneOf(entry.record);
        const trouble = await this.runEntry(entry, lane, blocked.get(lane));
        if (trouble && this.parts.effect.keepsOrder) blocked.set(lane, trouble);
      }
    }
  }

  /** False where they have to be run one by one: something is in the way of one of them, or one of them failed. */
  private async runTogether(
    entries: readonly Entry[],
    blocked: ReadonlyMap<string, TroubleKind>,
  ): Promise<boolean> {
    const { effect } = this.parts;
    const plan = this.planned();
    const indexes = entries.flatMap((entry) => (entry.kind === 'items' ? entry.indexes : []));
    const waiting = indexes.filter((index) => !plan.outcomeOf(index));
    const plain = entries.every(
      (entry) =>
        entry.kind === 'items' &&
        !blocked.has(laneOf(entry.record)) &&
        entry.indexes.every((index) => this.isPlain(index)),
    );
    if (!plain || !effect.runTogether || waiting.length < 2) return false;
    const outcomes = await effect
      .runTogether(waiting.map((index) => plan.itemOf(index)))
      .catch((error: unknown) => {
        if (isUnavailable(error)) throw error;
        return undefined;
      });
    if (!outcomes) return false;
    const byIndex = new Map(waiting.map((index, nth) => [index, outcomes[nth]]));
    for (const index of indexes) {
      const outcome = byIndex.get(index) ?? plan.outcomeOf(index);
      if (outcome) this.tally.outcome(plan.itemOf(index), outcome);
    }
    return true;
  }

  /** Can share a transaction, and holds nothing up. */
  private isPlain(index: number): boolean {
    const plan = this.planned();
    const known = plan.outcomeOf(index);
    if (known) return known.kind !== 'left-out' || known.why !== 'parked';
    return plan.itemOf(index).handler.options.effects === 'transaction';
  }

  private async runEntry(
    entry: Entry,
    lane: string,
    blocked: TroubleKind | undefined,
  ): Promise<TroubleKind | undefined> {
    if (entry.kind === 'undecodable') return this.undecodable(entry, lane, blocked);
    let trouble = blocked;
    for (const index of entry.indexes) trouble = (await this.runItem(index, trouble)) ?? trouble;
    return trouble;
  }

  /** What kind of trouble its lane is in from here on, if it is in any. */
  private async runItem(index: number, blocked: TroubleKind | undefined): Promise<TroubleKind | undefined> {
    const { effect } = this.parts;
    const item = this.planned().itemOf(index);
    const place: TroublePlace = { record: item.record, lane: item.lane, handler: item.handler.name };
    const known = this.planned().outcomeOf(index);
    if (known) return this.ended(item, place, known);
    if (blocked) {
      if (blocked === 'left') this.tally.left(place);
      else this.tally.held(place);
      return blocked;
    }
    try {
      return this.ended(item, place, await effect.run(item));
    } catch (error) {
      // The one is over soon; the other would come again with the next event.
      if (isPassing(error) || error instanceof WriteOutsideRebuildError) throw error;
      this.tally.failed(place, error);
      return 'failed';
    }
  }

  private ended(item: ReplayItem, place: TroublePlace, outcome: ItemOutcome): TroubleKind | undefined {
    if (outcome.kind === 'left-out' && outcome.why === 'parked') {
      this.tally.left(place);
      return 'left';
    }
    this.tally.outcome(item, outcome);
    return undefined;
  }

  /** Nothing can be said of such a record but that it is in nobody's way where a letter of it exists. */
  private undecodable(
    { record, error }: Entry & { readonly kind: 'undecodable' },
    lane: string,
    blocked: TroubleKind | undefined,
  ): TroubleKind | undefined {
    const place: TroublePlace = { record, lane, handler: ANY_HANDLER };
    const letter = this.letters?.find(record.offset, ANY_HANDLER);
    if (letter) {
      this.tally.leaveOut(leftOutBy(letter.status) ?? 'handled');
      return undefined;
    }
    if (blocked) {
      this.tally.held(place);
      return blocked;
    }
    this.tally.failed(place, error);
    return 'failed';
  }

  private planned(): PagePlan {
    if (!this.plan) throw new Error('A page is planned before it is run.');
    return this.plan;
  }
}

/** Over by itself: the same page can be done again. */
export const isOverSoon = (error: unknown): boolean =>
  isPassing(error) || (error instanceof CodedError && error.retryable);
