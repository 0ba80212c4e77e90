import type { Fault } from '@/infrastructure/errors/coded-error';

/**
 *   dead       nobody has decided yet
 *   retrying   on its way to its handler once more
 *   resolved   had its effect, as the event was
 *   edited     had its effect with a value that a person had mended
 *   skipped    passed over by its handler
 *   discarded  passed over together with its lane
 */
export const letterStatuses = ['dead', 'retrying', 'resolved', 'edited', 'skipped', 'discarded'] as const;
export type LetterStatus = (typeof letterStatuses)[number];

export interface LetterCause {
  readonly code: string;
  readonly message: string;
}

/** A dead letter as the interfaces show it. Offsets are decimal text, times ISO 8601 in UTC with microseconds. */
export interface Letter {
  readonly id: string;
  readonly status: LetterStatus;
  readonly group: string;
  /** `*` for a record that failed before a handler was chosen. */
  readonly handler: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** As text; null for a record without a key. */
  readonly key: string | null;
  readonly eventId: string | null;
  readonly eventType: string;
  readonly attempts: number;
  readonly cause: LetterCause;
  readonly firstFailedAt: string;
  /** By name, the last of a repeated one, bytes read as UTF-8. */
  readonly headers: Readonly<Record<string, string | null>>;
  readonly valueBase64: string | null;
  /** Absent where the bytes do not decode. */
  readonly value?: unknown;
}

/** One letter with everything that is known of it. */
export interface LetterDetail extends Letter {
  /** Why the value does not decode. */
  readonly valueError?: LetterCause & { readonly faults?: readonly Fault[] };
  /** What the cause was caused by, nearest first. */
  readonly causes: readonly unknown[];
  /** Every header in order; bytes that are no UTF-8 as `{base64}`. */
  readonly rawHeaders: readonly (readonly [
    name: string,
    value: string | null | { readonly base64: string },
  ])[];
  readonly recordedAt: string;
  /** The later events of its key wait until somebody decides. */
  readonly laneWaits: boolean;
  readonly writerFingerprint: string | null;
  /** Events of its key that are parked behind it, and the first of their offsets. */
  readonly followers: { readonly count: number; readonly offsets: readonly string[] };
  readonly edited?: { readonly valueBase64: string; readonly value?: unknown };
  readonly decision?: { readonly by: string | null; readonly at: string; readonly reason: string | null };
}

/** Letters that failed for the same reason in the same place. */
export interface LetterGroup {
  readonly cause: string;
  readonly group: string;
  readonly handler: string;
  readonly topic: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
  /** The message of the newest. */
  readonly sample: string;
}
