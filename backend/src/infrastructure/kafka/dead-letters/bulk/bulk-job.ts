import type { Edit } from '../edit/edit-letter';
import type { LetterAct } from '../letter-acts';
import type { LetterFilter } from '../letter-filter';

/** Letters that are dead and match the filter, or those with the ids. */
export type Selection = { readonly filter: LetterFilter } | { readonly ids: readonly string[] };

/** As `LetterAct`; one edit for many letters is a patch. */
export type BulkAct =
  | Exclude<LetterAct, { kind: 'edit' }>
  | { readonly kind: 'edit'; readonly edit: Extract<Edit, { patch: unknown }> };

export interface BulkRequest {
  /** A UUID; parts of one job in several databases share it. */
  readonly id: string;
  readonly selection: Selection;
  readonly act: BulkAct;
  /** Letters per second. */
  readonly rate: number;
  readonly by: string;
}

/**
 *   running      goes on
 *   interrupted  its process has gone; any process of the service that starts goes on with it
 *   finished     every letter was tried once
 *   cancelled    stopped by an operator; what was done stays done
 */
export type BulkState = 'running' | 'interrupted' | 'finished' | 'cancelled';

export interface BulkJob {
  readonly id: string;
  readonly act: BulkAct['kind'];
  readonly state: BulkState;
  readonly total: number;
  readonly done: number;
  /** Letters that the act was refused for, as one that somebody else had decided about. */
  readonly failed: number;
  readonly rate: number;
  readonly by: string;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly failures: readonly BulkFailure[];
}

/** What was done with a job by whom. */
export type BulkJobAct = {
  readonly by: string;
  readonly job: Pick<BulkJob, 'id' | 'act' | 'rate' | 'total'>;
} & ({ readonly kind: 'start'; readonly selection: Selection } | { readonly kind: 'cancel' });

export interface BulkFailure {
  readonly letterId: string;
  readonly code: string;
  readonly message: string;
}

export interface BulkPreview {
  readonly total: number;
  /** The first of them, in the order they would be worked off. */
  readonly ids: readonly string[];
}
