import type { Difference, ReplayCounts, ReplayMode, ReplayState, StoredReplay, Trouble } from './replay';

/** A replay as operators see it. Offsets are numbers; times ISO 8601. */
export interface ReplayView {
  readonly id: string;
  readonly group: string;
  readonly mode: ReplayMode;
  readonly state: ReplayState;
  readonly topics: readonly string[];
  readonly handlers: readonly string[];
  /** Events per second at most; null: as fast as it goes. */
  readonly rate: number | null;
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly from: number;
    /** Exclusive. */
    readonly to: number;
    readonly position: number;
  }[];
  /** Offsets of the range, and how many of them are behind it. */
  readonly progress: { readonly done: number; readonly total: number };
  readonly counts: ReplayCounts;
  /** What a `dry` replay would have changed. */
  readonly difference: Difference | null;
  /** What of the wanted range is left out, in words. */
  readonly notes: readonly string[];
  /** Why it was given up as a whole. */
  readonly cause: { readonly code: string; readonly message: string } | null;
  readonly startedBy: string;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly endedAt: string | null;
}

export interface ReplayDetail extends ReplayView {
  /** Events that were not run although they are in the range, failed ones first; a hundred at most. */
  readonly troubles: readonly (Omit<Trouble, 'offset' | 'lane'> & { readonly offset: number })[];
}

export function toView(replay: StoredReplay): ReplayView {
  const { id, group, mode, state, topics, handlers, rate, counts, difference, notes, cause } = replay;
  const sum = (length: (one: StoredReplay['partitions'][number]) => bigint) =>
    Number(replay.partitions.reduce((total, one) => total + length(one), 0n));
  return {
    id,
    group,
    mode,
    state,
    topics,
    handlers,
    rate,
    partitions: replay.partitions.map(({ topic, partition, from, to, position }) => ({
      topic,
      partition,
      from: Number(from),
      to: Number(to),
      position: Number(position),
    })),
    progress: { done: sum(({ position, from }) => position - from), total: sum(({ to, from }) => to - from) },
    counts,
    difference,
    notes,
    cause,
    startedBy: replay.startedBy,
    startedAt: replay.startedAt.toISOString(),
    updatedAt: replay.updatedAt.toISOString(),
    endedAt: replay.endedAt?.toISOString() ?? null,
  };
}

export const toDetail = (replay: StoredReplay, troubles: readonly Trouble[]): ReplayDetail => ({
  ...toView(replay),
  troubles: troubles.map(({ lane: _, offset, ...trouble }) => ({ ...trouble, offset: Number(offset) })),
});
