import type { OutcomeCode } from '../outcome-codes';

/** A stretch of one handler's account: `codes[i]` holds for the next `runs[i]` offsets from `from`. */
export interface Segment {
  readonly handler: string;
  readonly from: bigint;
  to: bigint;
  readonly codes: OutcomeCode[];
  readonly runs: bigint[];
}

/** Rows stay small, since the open one is written again with every save. */
const MOST_RUNS = 256;

/** Extends one handler's account in offset order, run-length encoded. */
export class SegmentWriter {
  private open: Segment;
  private changed = new Set<Segment>();

  constructor(
    private readonly handler: string,
    /** Outcomes below are in the account already. */
    readonly start: bigint,
  ) {
    this.open = this.empty(start);
  }

  get watermark(): bigint {
    return this.open.to;
  }

  /** The outcome of the offsets from the watermark to `to`. */
  append(to: bigint, code: OutcomeCode): void {
    const { open } = this;
    if (to <= open.to) return;
    const last = open.codes.length - 1;
    const length = to - open.to;
    if (last >= 0 && open.codes[last] === code) {
      open.runs[last] = (open.runs[last] ?? 0n) + length;
    } else {
      open.codes.push(code);
      open.runs.push(length);
    }
    open.to = to;
    this.changed.add(open);
    if (open.codes.length >= MOST_RUNS) this.open = this.empty(to);
  }

  /** What has changed since the last call, as it is now. */
  takeChanged(): Segment[] {
    const taken = [...this.changed].map((segment) => ({
      ...segment,
      codes: [...segment.codes],
      runs: [...segment.runs],
    }));
    this.changed.clear();
    return taken;
  }

  private empty(from: bigint): Segment {
    return { handler: this.handler, from, to: from, codes: [], runs: [] };
  }
}
