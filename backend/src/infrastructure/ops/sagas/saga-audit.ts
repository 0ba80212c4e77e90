import type { SagaHistoryEntry } from '@/infrastructure/saga/saga-view';
import type { OperatorAct } from '../operator-audit';
import type { SagaAct, SagaActed } from './saga-act';

/** An act on a saga as the trail keeps it: what was done, and what the saga has come to by that. */
export function auditOf(
  { id, type, orderId, status, done }: SagaActed,
  act: SagaAct,
  by: string,
): OperatorAct {
  return {
    actorId: by,
    action: `saga.${act.kind}`,
    resource: `saga/${id}`,
    details: {
      type,
      orderId,
      status,
      done: done.map(textOf).join(', '),
      ...('reason' in act ? { reason: act.reason } : {}),
    },
  };
}

const textOf = ({ kind, step }: SagaHistoryEntry): string => (step === null ? kind : `${kind} ${step}`);
