import type { DeadLetter } from '@/infrastructure/kafka/dead-letters/dead-letter';
import type { LogRecord, Position, TopicPartition } from '@/infrastructure/kafka/transport/transport.port';
import type { FailureCause } from './failure';
import type { Segment } from './progress/segment-writer';

/** A partition as one owner holds it. A later owner's epoch is higher, and writes of the earlier one are refused. */
export interface Tenure extends TopicPartition {
  readonly group: string;
  /** Tells the topic from another of its name; empty where the log's own positions are the truth. */
  readonly topicId: string;
  readonly epoch: bigint;
}

export interface Takeover {
  readonly tenure: Tenure;
  /** By handler, the first offset it has no outcome for; absent where it has no progress. */
  readonly watermarks: ReadonlyMap<string, bigint>;
  /** Where the group stands as a whole; null where it has never been. */
  readonly before: bigint | null;
  /** Lanes with parked rows, and how many each has. */
  readonly parked: ReadonlyMap<string, number>;
  /** By offset from the least watermark on, the handlers that the event is dead for, whatever was decided since. */
  readonly letters: ReadonlyMap<bigint, readonly string[]>;
}

export type ParkedState = 'waiting' | 'behind' | 'dead' | 'skip' | 'discard';

/** A parked row as its lane's owner runs it. */
export interface ParkedRow {
  readonly record: LogRecord;
  readonly lane: string;
  readonly pending: readonly string[];
  /** The one that failed last; null for a row that waits behind another. */
  readonly handler: string | null;
  readonly attempts: number;
  readonly state: ParkedState;
  /** Runs in place of the record's value, for `pending` only. */
  readonly editedValue: Buffer | null;
}

/** What the inbox knows an event by, and the time its row is kept under. */
export interface EventMark {
  readonly identity: string;
  readonly time: Date | '-infinity';
}

/** An event's runs that belong together: one after the other, each once. */
export interface EffectRun {
  readonly tenure: Tenure;
  readonly record: LogRecord;
  readonly mark: EventMark;
  readonly handlers: readonly string[];
  /** The parked row this came from: it goes, or keeps the handlers that remain, together with the effect. */
  readonly claim?: { readonly row: ParkedRow; readonly remaining: readonly string[] };
}

/** By handler of the run: its effect is new, or it had it before, at this offset or at another one. */
export type EffectOutcome = 'handled' | 'again' | 'repeated';
export type EffectOutcomes = readonly EffectOutcome[];

/** Runs that share a transaction, and may fail one by one as long as they have touched nothing. */
export interface EffectParts {
  /**
   * Answers the error of a run that failed before it had an effect: the others go on, and the inbox knows nothing of
   * it. Rejects where it had one: all has to be rolled back.
   */
  attempt(nth: number, work: () => Promise<unknown>): Promise<{ readonly error: unknown } | undefined>;
}

export interface ParkRequest {
  readonly tenure: Tenure;
  readonly record: LogRecord;
  readonly lane: string;
  readonly mark: EventMark;
  readonly eventType: string;
  readonly writerFingerprint: string | undefined;
  readonly pending: readonly string[];
  /** Absent for a record that waits behind its lane's head. */
  readonly failure?: {
    readonly handler: string;
    readonly attempts: number;
    readonly delayMs: number;
    readonly cause: FailureCause;
  };
  readonly from?: ParkedRow;
}

export interface BurialRequest {
  readonly tenure: Tenure;
  readonly letter: DeadLetter;
  readonly lane: string;
  readonly mark: EventMark;
  readonly eventType: string;
  readonly writerFingerprint: string | undefined;
  /** Handlers that have not run yet and come after the dead one. */
  readonly remaining: readonly string[];
  readonly laneWaits: boolean;
  readonly from?: ParkedRow;
}

/** What became of the lane: it waits for a person, has handlers of this record to run, or is free of it. */
export type BurialOutcome = 'waits' | 'goes-on' | 'gone';

/** Rows that keep an event until its time has come, and its lane in order behind it. Needs a database. */
export interface Parking {
  park(requests: readonly ParkRequest[]): Promise<void>;
  /**
   * Heads whose time has come, oldest first, and how long until the next one in ms, by the database's clock. `except`
   * names lanes of the partition that are under way.
   */
  due(
    owned: readonly { readonly tenure: Tenure; readonly except: readonly string[] }[],
    limit: number,
  ): Promise<{
    readonly rows: readonly (ParkedRow & { readonly tenure: Tenure })[];
    readonly nextMs: number;
  }>;
  /** The rows of a lane from an offset on, in order. */
  laneFrom(tenure: Tenure, lane: string, offset: bigint, limit: number): Promise<readonly ParkedRow[]>;
  /** Carries out a person's `skip` or `discard`. Answers the number of rows that are gone. */
  decide(tenure: Tenure, row: ParkedRow): Promise<number>;
}

/**
 * Where progress and effects are recorded. With PostgreSQL: own progress, an inbox, the handler's effect and its
 * inbox row in one transaction. Without: the log's committed positions, effects at least once. Every method with a
 * tenure rejects with `FencedError` when the partition has a new owner, and then has changed nothing.
 */
export interface DeliveryStore {
  /** Effects can share a transaction with their inbox rows. */
  readonly transactional: boolean;
  readonly parking: Parking | undefined;
  /** Takes the partitions over; resolves when no earlier owner can write any more. */
  acquire(
    group: string,
    partitions: readonly (TopicPartition & { readonly committed: bigint | null })[],
  ): Promise<readonly Takeover[]>;
  /**
   * One transaction for all of them. `work` gets the outcomes that the inbox knows so far and runs what is `handled`;
   * when it rejects, nothing has had an effect.
   */
  together(
    runs: readonly EffectRun[],
    work: (outcomes: readonly EffectOutcomes[], parts: EffectParts) => Promise<void>,
    timeoutMs: number,
  ): Promise<readonly EffectOutcomes[]>;
  /** For effects outside the transaction: which of the runs had theirs. */
  seen(runs: readonly EffectRun[]): Promise<readonly EffectOutcomes[]>;
  /** Remembers effects that have happened. A crash before it repeats them: at least once. */
  remember(runs: readonly EffectRun[]): Promise<void>;
  /** Keeps the record for a person; its copy reaches the dead-letter topic. Resolves when neither can be lost. */
  bury(request: BurialRequest): Promise<BurialOutcome>;
  /** Everything below the watermarks has an outcome. Positions of lost partitions are left out, silently. */
  save(progress: readonly ProgressUpdate[]): Promise<readonly Position[]>;
}

export interface ProgressUpdate {
  readonly tenure: Tenure;
  readonly watermark: bigint;
  readonly segments: readonly Segment[];
  /** The position that the log's own tools see already. */
  readonly mirrored: bigint | null;
}
