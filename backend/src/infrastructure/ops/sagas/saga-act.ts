import type { SagaStatus } from '@/infrastructure/saga/saga-state';
import type { SagaHistoryEntry, SagaView } from '@/infrastructure/saga/saga-view';

export const sagaActs = ['resume', 'retry-step', 'compensate', 'resolve'] as const;

/** What an operator has a saga do. */
export type SagaAct =
  /** Ask again for what was refused. */
  | { readonly kind: 'resume' }
  /** Ask again for what it waits for, without waiting for the deadline. */
  | { readonly kind: 'retry-step' }
  /** Take everything back, now. */
  | { readonly kind: 'compensate'; readonly reason: string }
  /** A person has done what could not be done here; the saga is over. */
  | { readonly kind: 'resolve'; readonly reason: string };

/** The saga after an act. */
export interface SagaActed extends SagaView {
  readonly act: SagaAct['kind'];
  /** What the act changed; empty when there was nothing left to do, as when it is repeated. */
  readonly done: readonly SagaHistoryEntry[];
}

/** Where a saga is that an act has brought there before: to repeat it changes nothing, and is right. */
const REACHED: Readonly<Record<SagaAct['kind'], readonly SagaStatus[]>> = {
  resume: ['running', 'compensating'],
  'retry-step': [],
  compensate: ['compensating', 'compensated'],
  resolve: ['completed', 'compensated'],
};

export const isReached = (act: SagaAct['kind'], status: SagaStatus): boolean => REACHED[act].includes(status);
