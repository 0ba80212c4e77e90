import type { OutboxState } from '@/infrastructure/outbox/outbox-state';
import type { DecidedRow, RefusedRow } from '@/infrastructure/outbox/refused-rows';

/** The outbox of one service as operators see it; times are ISO 8601. */
export interface OutboxView extends Omit<OutboxState, 'owners'> {
  readonly service: string;
  readonly owners: readonly (Omit<OutboxState['owners'][number], 'since'> & { readonly since: string })[];
}

/** A refused row; `service` and `seq` name it. */
export interface RefusedView extends Omit<RefusedRow, 'refusedAt'> {
  readonly service: string;
  readonly refusedAt: string;
}

export const outboxActs = ['retry', 'set-aside'] as const;

export type OutboxAct = { readonly kind: 'retry' } | { readonly kind: 'set-aside'; readonly reason: string };

export interface OutboxActed extends DecidedRow {
  readonly service: string;
  readonly act: OutboxAct['kind'];
}
