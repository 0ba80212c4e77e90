import { describeError } from '../delivery/failure';
import type { LeftOut } from './left-out';
import {
  type Difference,
  type ReplayCounts,
  type StoredReplay,
  type TableChanges,
  type Trouble,
  type TroubleKind,
} from './replay';
import type { ItemOutcome, RunReport } from './replay-effect';
import type { ReplayItem } from './replay-item';
import { addChanges } from './table-changes';

const MOST_SHOWN_EVENTS = 100;

/** What a replay has counted up to the last page that was saved, and the page in work on top of it. */
export class ReplayTally {
  private counts: ReplayCounts;
  private difference: Difference | null;
  private troubles: Trouble[] = [];

  constructor(replay: Pick<StoredReplay, 'counts' | 'difference'>) {
    this.counts = replay.counts;
    this.difference = replay.difference;
  }

  /** A page that has to be run again is counted again. */
  begin(): { readonly commit: () => void; readonly page: ReplayTally } {
    const page = new ReplayTally({ counts: this.counts, difference: this.difference });
    return {
      page,
      commit: () => {
        this.counts = page.counts;
        this.difference = page.difference;
      },
    };
  }

  get failures(): number {
    return this.counts.failed;
  }

  get state(): { counts: ReplayCounts; difference: Difference | null; troubles: readonly Trouble[] } {
    return { counts: this.counts, difference: this.difference, troubles: this.troubles };
  }

  outcome(item: ReplayItem, outcome: ItemOutcome): void {
    if (outcome.kind === 'left-out') this.leaveOut(outcome.why);
    else this.counts = { ...this.counts, run: this.counts.run + 1 };
    if (outcome.kind === 'run') this.report(item, outcome.report);
  }

  leaveOut(why: LeftOut, times = 1): void {
    const { leftOut } = this.counts;
    this.counts = { ...this.counts, leftOut: { ...leftOut, [why]: (leftOut[why] ?? 0) + times } };
  }

  failed(place: TroublePlace, error: unknown): void {
    const { code, message } = describeError(error);
    this.counts = { ...this.counts, failed: this.counts.failed + 1 };
    this.trouble('failed', place, code, message);
  }

  held(place: TroublePlace): void {
    this.counts = { ...this.counts, held: this.counts.held + 1 };
    this.trouble('held', place, 'HELD_BACK', 'An event of its key before it failed.');
  }

  /** Its lane waits in the live group, so nothing of the lane is run here either. */
  left(place: TroublePlace): void {
    this.leaveOut('parked');
    this.trouble('left', place, 'LANE_WAITS', 'Its lane waits in the live group.');
  }

  private trouble(kind: TroubleKind, place: TroublePlace, code: string, message: string): void {
    const { record, lane, handler } = place;
    const { topic, partition, offset } = record;
    this.troubles.push({ kind, topic, partition, offset, lane, handler, code, message });
  }

  private report(item: ReplayItem, { mutedEvents, mutedCalls, changes }: RunReport): void {
    this.counts = {
      ...this.counts,
      mutedEvents: countedUp(this.counts.mutedEvents, mutedEvents),
      mutedCalls: countedUp(this.counts.mutedCalls, mutedCalls),
    };
    if (changes) this.difference = this.withChanges(item, changes);
  }

  private withChanges({ record, handler }: ReplayItem, tables: TableChanges): Difference {
    const known = this.difference ?? { tables: {}, events: [] };
    if (Object.keys(tables).length === 0) return known;
    const { topic, partition, offset } = record;
    const event = { topic, partition, offset: Number(offset), handler: handler.name, tables };
    return {
      tables: addChanges(known.tables, tables),
      events: known.events.length < MOST_SHOWN_EVENTS ? [...known.events, event] : known.events,
    };
  }
}

export interface TroublePlace {
  readonly record: { readonly topic: string; readonly partition: number; readonly offset: bigint };
  readonly lane: string;
  readonly handler: string;
}

function countedUp(counts: Readonly<Record<string, number>>, names: readonly string[]) {
  const sum: Record<string, number> = { ...counts };
  for (const name of names) sum[name] = (sum[name] ?? 0) + 1;
  return sum;
}
