import type { AccountName } from '../account';

/**
 * What a raw record and the stored outcome of a handler disagree about:
 *   no-outcome        the record has none
 *   said-ignored      of a type that the handler takes, stored as ignored
 *   not-taken         of a type that the handler does not take, stored as handled or retrying
 *   said-void         stored as no record, and there is one
 *   said-expired      stored as removed by retention, and it is there
 *   no-record         an outcome is stored, and the log holds nothing
 *   other-identity    the row of the outcome names another event
 *   no-first          stored as the repetition of an event that the handler has no effect of
 */
export type AuditFault =
  | 'no-outcome'
  | 'said-ignored'
  | 'not-taken'
  | 'said-void'
  | 'said-expired'
  | 'no-record'
  | 'other-identity'
  | 'no-first';

/** Offsets `[from, to)`, mostly one. */
export interface AuditFinding extends AccountName {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly fault: AuditFault;
  /** Of the record; absent where it does not tell, or where there is none. */
  readonly eventType?: string;
}

export interface AuditProgress {
  readonly topic: string;
  readonly partition: number;
  /** Offsets looked at and to look at, over all topics and partitions. */
  readonly done: number;
  readonly total: number;
  readonly records: number;
  readonly findings: number;
}

export interface AuditReport {
  readonly records: number;
  readonly offsets: number;
  readonly findings: readonly AuditFinding[];
  /** Beyond the first 10,000. */
  readonly findingsLeftOut: number;
  /** It was told to stop before the end. */
  readonly interrupted: boolean;
}
