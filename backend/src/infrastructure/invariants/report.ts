import { type Invariant, invariants, type Violation } from './violation';

const MOST_LISTED = 1_000;

/** `unchecked`: there is nothing to hold it against, such as a ledger where payments go to Stripe. */
export type Standing = 'holds' | 'violated' | 'unchecked';

export interface InvariantReport {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly settled: boolean;
  readonly standings: readonly {
    readonly invariant: Invariant;
    readonly standing: Standing;
    readonly violations: number;
  }[];
  /** Records of the raw log that were read. */
  readonly records: number;
  readonly orders: {
    readonly judged: number;
    /** Not old enough, or their saga is still at it: named, not judged. */
    readonly running: readonly string[];
    readonly runningLeftOut: number;
    /** Wait for a person; neither their money nor their stock is judged. */
    readonly needAttention: number;
    /** Begun before the first event that the log still has. */
    readonly beyondLog: number;
  };
  /** The same event twice in a topic where the relay may repeat, byte for byte. */
  readonly repeats: number;
  /** Over the histories of all judged orders: as the raw topic tells them, and as the order service does. */
  readonly hashes: { readonly topic: string; readonly orders: string };
  readonly violations: readonly Violation[];
  readonly violationsLeftOut: number;
}

/** Violations as they are found: all are counted, the first thousand are kept. */
export class Findings {
  private readonly kept: Violation[] = [];
  private readonly counts = new Map<Invariant, number>();

  add(found: readonly Violation[]): void {
    for (const one of found) {
      this.counts.set(one.invariant, (this.counts.get(one.invariant) ?? 0) + 1);
      if (this.kept.length < MOST_LISTED) this.kept.push(one);
    }
  }

  get violations(): readonly Violation[] {
    return this.kept;
  }

  get leftOut(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0) - this.kept.length;
  }

  standings(unchecked: ReadonlySet<Invariant>): InvariantReport['standings'] {
    return invariants.map((invariant) => {
      const violations = this.counts.get(invariant) ?? 0;
      const standing = violations > 0 ? 'violated' : unchecked.has(invariant) ? 'unchecked' : 'holds';
      return { invariant, standing, violations };
    });
  }
}
