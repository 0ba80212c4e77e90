/** What became of the offsets of a log, in numbers. Each offset is in exactly one of them, or in the remainder. */
export interface AccountFigures {
  /** From the log itself: its end minus its start, and what had expired before it was read. */
  readonly produced: number;
  readonly handled: number;
  /** Of a type that the handler does not take. */
  readonly ignored: number;
  /** Failed, or behind one that failed, and run again. */
  readonly retrying: number;
  readonly dead: number;
  readonly skipped: number;
  /** Removed by retention before it was read. */
  readonly expired: number;
  /** No record: control records and what compaction left out. */
  readonly void: number;
  /** Beyond the handler's watermark. Negative where the watermark is ahead of the log. */
  readonly waiting: number;
  /** What is produced and in none of the others: as many offsets as gaps and conflicts name. */
  readonly remainder: number;
}

/** Offsets `[from, to)` of one partition. */
export interface OffsetRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

export interface Unaccounted {
  /** Passed by the watermark, and without an outcome. */
  readonly gaps: readonly OffsetRange[];
  /** With more than one outcome. */
  readonly conflicts: readonly OffsetRange[];
  /** Ranges that are not listed, since each list of a partition ends after 1,000. */
  readonly rangesLeftOut: number;
}

export interface AccountName {
  readonly topic: string;
  readonly group: string;
  readonly handler: string;
}

export interface PartitionAccount extends AccountName, AccountFigures, Unaccounted {
  readonly partition: number;
  /** First offset in the log, and the one the next record gets. */
  readonly logStart: number;
  readonly logEnd: number;
  /** The first offset that the handler has no outcome for; null before it has begun. */
  readonly watermark: number | null;
  /** False where no handler of this process has the name: another version's, or one that is gone. */
  readonly registered: boolean;
}

/** One handler's account of one topic, over all partitions. */
export interface Account extends AccountName, AccountFigures, Unaccounted {
  readonly partitions: readonly PartitionAccount[];
}

const NOTHING = {
  produced: 0,
  handled: 0,
  ignored: 0,
  retrying: 0,
  dead: 0,
  skipped: 0,
  expired: 0,
  void: 0,
  waiting: 0,
  remainder: 0,
} satisfies AccountFigures;
const FIGURES = Object.keys(NOTHING) as (keyof AccountFigures)[];

/** One account a group, handler and topic, in their order. */
export function sumUp(partitions: readonly PartitionAccount[]): readonly Account[] {
  const accounts = Map.groupBy(partitions, ({ group, handler, topic }) =>
    JSON.stringify([group, handler, topic]),
  );
  return [...accounts.values()].map(accountOf).toSorted(byName);
}

function accountOf(partitions: readonly PartitionAccount[]): Account {
  const ordered = partitions.toSorted((a, b) => a.partition - b.partition);
  const { topic = '', group = '', handler = '' } = ordered[0] ?? {};
  return {
    topic,
    group,
    handler,
    ...ordered.reduce(add, NOTHING),
    gaps: ordered.flatMap(({ gaps }) => gaps),
    conflicts: ordered.flatMap(({ conflicts }) => conflicts),
    rangesLeftOut: ordered.reduce((sum, { rangesLeftOut }) => sum + rangesLeftOut, 0),
    partitions: ordered,
  };
}

function add(sum: typeof NOTHING, next: AccountFigures): typeof NOTHING {
  const total = { ...sum };
  for (const figure of FIGURES) total[figure] += next[figure];
  return total;
}

export const byName = (a: AccountName, b: AccountName): number =>
  compare(a.group, b.group) || compare(a.handler, b.handler) || compare(a.topic, b.topic);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
