import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { Database } from '@/infrastructure/postgres/database';
import { laneOf } from '../delivery/lanes/delivery';
import { isPassing } from '../delivery/runs/failure-class';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { KnownLetters } from './known-outcomes';
import { leftOutBy } from './left-out';
import type { ReplayPartition, TroubleKind } from './replay';
import type { PagePlan, ReplayEffect } from './replay-effect';
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

/** Lanes of one page that run at the same time, each on a connection of the replay's own. */
const LANES_AT_ONCE = 3;
/** For what failed before a handler was chosen. */
const BEFORE_ANY_HANDLER = '*';

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
    for (const record of records) await this.open(record);
    const { database, replay, effect } = this.parts;
    const lanes = [...this.lanes.keys()];
    if (lanes.length === 0) return;
    this.blocked = await blockedLanes(database, replay.id, this.partition, lanes);
    const undecodable = [...this.lanes.values()]
      .flat()
      .filter(({ kind }) => kind === 'undecodable')
      .map(({ record }) => record.offset);
    this.letters = await KnownLetters.of(database, replay.group, this.partition, undecodable);
    this.plan = await effect.plan(this.partition, this.items);
    const waiting = lanes.values();
    const workers = Array.from({ length: LANES_AT_ONCE }, async () => {
      for (const lane of waiting) await this.runLane(lane);
    });
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

  private async runLane(lane: string): Promise<void> {
    let blocked = this.blocked.get(lane);
    for (const entry of this.lanes.get(lane) ?? []) {
      const trouble = await this.runEntry(entry, lane, blocked);
      if (this.parts.effect.keepsOrder) blocked ??= trouble;
    }
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
    if (known?.kind === 'left-out' && known.why === 'parked') {
      this.tally.left(place);
      return 'left';
    }
    if (known) {
      this.tally.outcome(item, known);
      return undefined;
    }
    if (blocked) {
      if (blocked === 'left') this.tally.left(place);
      else this.tally.held(place);
      return blocked;
    }
    try {
      this.tally.outcome(item, await effect.run(item));
      return undefined;
    } catch (error) {
      if (isPassing(error)) throw error;
      this.tally.failed(place, error);
      return 'failed';
    }
  }

  /** Nothing can be said of such a record but that it is in nobody's way where a letter of it exists. */
  private undecodable(
    { record, error }: Entry & { readonly kind: 'undecodable' },
    lane: string,
    blocked: TroubleKind | undefined,
  ): TroubleKind | undefined {
    const place: TroublePlace = { record, lane, handler: BEFORE_ANY_HANDLER };
    const letter = this.letters?.find(record.offset, BEFORE_ANY_HANDLER);
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
