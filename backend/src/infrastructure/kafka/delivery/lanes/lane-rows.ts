import type { ParkedCount } from './parked-count';

export interface LaneRowsOptions {
  readonly parked: ReadonlyMap<string, number>;
  /** Over the partitions of the subscription that this process owns. */
  readonly total: ParkedCount;
  readonly mostOfOneLane: number;
  /** A limit is reached, or is one no longer. */
  readonly onTurn: () => void;
}

/** How many rows each lane of one partition has in the table, as far as this process knows. */
export class LaneRows {
  private readonly counts: Map<string, number>;
  private readonly atLimit = new Set<string>();
  private readonly forgetTotal: () => void;
  private ended = false;

  constructor(private readonly options: LaneRowsOptions) {
    this.counts = new Map(options.parked);
    for (const [lane, count] of this.counts) {
      options.total.add(count);
      if (count >= options.mostOfOneLane) this.atLimit.add(lane);
    }
    this.forgetTotal = options.total.onTurn(options.onTurn);
  }

  /** What comes now has nowhere to go. */
  get full(): boolean {
    return this.atLimit.size > 0 || this.options.total.full;
  }

  get sum(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  has(lane: string): boolean {
    return this.counts.has(lane);
  }

  add(lane: string, change: number): void {
    if (this.ended || change === 0) return;
    const now = Math.max(0, (this.counts.get(lane) ?? 0) + change);
    const before = this.atLimit.size > 0;
    const changed = now - (this.counts.get(lane) ?? 0);
    if (now > 0) this.counts.set(lane, now);
    else this.counts.delete(lane);
    if (now >= this.options.mostOfOneLane) this.atLimit.add(lane);
    else this.atLimit.delete(lane);
    this.options.total.add(changed);
    if (before !== this.atLimit.size > 0) this.options.onTurn();
  }

  /** The table has these, and perhaps more. */
  atLeast(lane: string, rows: number): void {
    this.add(lane, Math.max(0, rows - (this.counts.get(lane) ?? 0)));
  }

  /** The table has none. */
  forget(lane: string): void {
    this.add(lane, -(this.counts.get(lane) ?? 0));
  }

  /** The rows are another owner's to count. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.forgetTotal();
    this.options.total.add(-this.sum);
    this.counts.clear();
    this.atLimit.clear();
  }
}
