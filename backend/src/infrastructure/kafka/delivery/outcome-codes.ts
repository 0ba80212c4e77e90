/**
 * What a segment says about one offset, per handler. `ownRow`: the outcome is a row of its own (inbox: handled;
 * parked: retrying; dead_letters: dead or skipped), and where that row is missing the offset has no outcome.
 */
export const OutcomeCode = {
  ownRow: 0,
  /** An event of a type that this handler does not take. */
  ignored: 1,
  /** No record: a control record, or an offset that compaction left out. */
  void: 2,
  /** Handled before, as the same event at another offset; its inbox row names that one. */
  repeated: 3,
  /** Retention had removed it before it was read. */
  expired: 4,
} as const;

export type OutcomeCode = (typeof OutcomeCode)[keyof typeof OutcomeCode];
