export interface MinuteCount {
  readonly eventType: string;
  /** Beginning of the minute, ISO 8601. */
  readonly minute: string;
  readonly count: number;
}

export interface Counters {
  readonly total: number;
  readonly byType: Readonly<Record<string, number>>;
  /** The last hour, oldest first; minutes without events are absent. */
  readonly perMinute: readonly MinuteCount[];
  readonly at: string;
}

export function toCounters(
  totals: ReadonlyMap<string, number>,
  perMinute: readonly MinuteCount[],
  at: string,
): Counters {
  const sorted = [...totals].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  return { total, byType: Object.fromEntries(sorted), perMinute, at };
}
