import type { DeadLetterStatus, LeftOut } from './left-out';

/**
 * fill     runs what has no outcome yet, as the live group would have: with its inbox and its outbox
 * rebuild  runs everything into copies of the handlers' tables, which take the place of the old rows at the end
 * dry      runs everything, rolls every run back, and tells what it would have changed
 */
export const replayModes = ['fill', 'rebuild', 'dry'] as const;
export type ReplayMode = (typeof replayModes)[number];

/**
 * `interrupted` is `running` without a process that runs it. `incomplete`: at its end, with events that failed.
 * `failed`: given up as a whole.
 */
export type ReplayState = 'running' | 'interrupted' | 'completed' | 'incomplete' | 'failed' | 'cancelled';

export interface ReplayRange {
  readonly topic: string;
  /** Tells the topic from another of its name; a replay does not go on in that one. */
  readonly topicId: string;
  readonly partition: number;
  readonly from: bigint;
  /** Exclusive. */
  readonly to: bigint;
}

export interface ReplayPartition extends ReplayRange {
  /** A rebuild's end moves on with the live group. */
  to: bigint;
  /** Everything below has been replayed. */
  position: bigint;
}

/** What became of events so far; one event counts once for each of the chosen handlers that take it. */
export interface ReplayCounts {
  readonly run: number;
  readonly leftOut: Readonly<Partial<Record<LeftOut, number>>>;
  readonly failed: number;
  /** Not run, because an event of their key before them failed or waits. */
  readonly held: number;
  /** By event type, what `rebuild` and `dry` would have published. */
  readonly mutedEvents: Readonly<Record<string, number>>;
  /** By port and method, what they would have done outside. */
  readonly mutedCalls: Readonly<Record<string, number>>;
}

export const NO_COUNTS: ReplayCounts = {
  run: 0,
  leftOut: {},
  failed: 0,
  held: 0,
  mutedEvents: {},
  mutedCalls: {},
};

export interface TableChange {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export type TableChanges = Readonly<Record<string, TableChange>>;

/** What a `dry` replay would have changed. */
export interface Difference {
  readonly tables: TableChanges;
  /** The first hundred events that would have changed something. */
  readonly events: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly handler: string;
    readonly tables: TableChanges;
  }[];
}

/** `failed`: its run failed. `held`: an earlier event of its key failed. `left`: its lane waits in the live group. */
export type TroubleKind = 'failed' | 'held' | 'left';

export interface Trouble {
  readonly kind: TroubleKind;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly lane: string;
  readonly handler: string;
  readonly code: string;
  readonly message: string;
}

export interface StoredReplay {
  readonly id: string;
  readonly group: string;
  readonly mode: ReplayMode;
  readonly topics: readonly string[];
  readonly handlers: readonly string[];
  /** Events per second at most; null: as fast as it goes. */
  readonly rate: number | null;
  readonly state: ReplayState;
  /** How often it was started; a run that is not the last one writes nothing any more. */
  readonly runNumber: number;
  readonly prepared: boolean;
  readonly counts: ReplayCounts;
  readonly difference: Difference | null;
  readonly notes: readonly string[];
  readonly cause: { readonly code: string; readonly message: string } | null;
  readonly startedBy: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly endedAt: Date | null;
  readonly partitions: readonly ReplayPartition[];
}

/** A letter that concerns an event of the range. */
export interface KnownLetter {
  readonly status: DeadLetterStatus;
  readonly editedValue: Buffer | null;
}
