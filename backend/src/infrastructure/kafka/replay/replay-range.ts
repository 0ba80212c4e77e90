import type { ReplayRange } from './replay';
import { ReplayRangeError } from './replay.errors';

/** What is in the log of one partition, and how far the live group is. */
export interface PartitionBounds {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly start: bigint;
  readonly end: bigint;
  /** The least of the chosen handlers' watermarks; null where one of them has no progress. */
  readonly watermark: bigint | null;
  /** What the request's `from` and `to` mean here; undefined: as much as there is. */
  readonly wantedFrom: bigint | undefined;
  readonly wantedTo: bigint | undefined;
}

export interface PlannedRange {
  readonly range: ReplayRange;
  /** For people: what of the wanted range is left out, and why. */
  readonly notes: readonly string[];
}

/**
 * The part of a wanted range that can be replayed. What is at or beyond the live group's watermark has no outcome yet:
 * it is the live group's to run, so a replay with an inbox stops there.
 */
export function planRange(bounds: PartitionBounds, behindLive: boolean): PlannedRange {
  const { topic, topicId, partition, start, end, watermark, wantedFrom, wantedTo } = bounds;
  if (wantedFrom !== undefined && wantedTo !== undefined && wantedTo < wantedFrom) {
    throw new ReplayRangeError(`The range of ${topic}/${partition} ends at ${wantedTo}, before it begins.`);
  }
  const where = `${topic}/${partition}`;
  const notes: string[] = [];
  let from = wantedFrom ?? start;
  let to = wantedTo ?? end;
  if (from < start) {
    notes.push(`${where}: offsets ${from} to ${start - 1n} are no longer in the log`);
    from = start;
  }
  if (to > end) {
    if (wantedTo !== undefined) notes.push(`${where}: the log ends at ${end}`);
    to = end;
  }
  if (behindLive && to > (watermark ?? 0n)) {
    const limit = watermark ?? 0n;
    if (to > from) notes.push(`${where}: offsets from ${limit} on are left to the live group`);
    to = limit;
  }
  if (to < from) to = from;
  return { range: { topic, topicId, partition, from, to }, notes };
}

/** A rebuilt table lacks what the replay does not see, so it has to see everything. */
export function refuseIncomplete(bounds: PartitionBounds, fromWasGiven: boolean): void {
  const { topic, partition, start, watermark, wantedTo } = bounds;
  if (start > 0n && !fromWasGiven) {
    throw new ReplayRangeError(
      `${topic}/${partition} begins at ${start}: a rebuilt table would lack what was before. Say so with 'from'.`,
    );
  }
  if (wantedTo !== undefined && wantedTo < (watermark ?? 0n)) {
    throw new ReplayRangeError(
      `A rebuild ends where the live group is, in ${topic}/${partition} at ${watermark ?? 0n}: leave 'to' out.`,
    );
  }
}
