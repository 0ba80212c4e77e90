import type { AmountAtRisk, SagaView, SagaWait } from '@/infrastructure/saga/saga-view';
import type { Part } from '../domain/choreography';
import type { ChoreographyNow, OrderAtVersion } from './order-past';

const TYPE = 'choreography';
const VERSION = 1;
const DONE_BY: Readonly<Record<string, Part>> = {
  reserved: 'inventory',
  paid: 'payment',
  shipped: 'shipment',
};

type Found = Omit<OrderAtVersion, 'events'>;

/** An order without a saga in the form of one: what a service has done is a step, a change of status an entry. */
export function choreographyView(found: Found): SagaView {
  const { orderId, at, history, choreography: now } = found;
  const status = statusOf(found);
  return {
    id: orderId,
    type: TYPE,
    version: VERSION,
    orderId,
    status,
    step: stepOf(status, now),
    deadline: now?.dueAt ?? null,
    completedSteps: history.flatMap((entry) => DONE_BY[entry.status] ?? []),
    undone: now?.undone ?? [],
    reason: now?.failure ?? null,
    waitingFor: waitOf(found, status),
    refused: (now?.refused ?? []).map((step) => ({
      step,
      direction: 'undo',
      code: 'NOT_TAKEN_BACK',
      message: `Taking '${step}' back was refused for good, or nobody has answered about it for a day.`,
    })),
    amountAtRisk: amountOf(found),
    startedAt: history[0]?.at ?? at,
    updatedAt: at,
    historyLength: history.length,
    history: history.map((entry) => ({
      at: entry.at,
      step: DONE_BY[entry.status] ?? null,
      kind: entry.status,
      eventId: null,
      detail: entry.reason === null ? {} : { reason: entry.reason },
    })),
  };
}

function statusOf({ status, choreography: now }: Found): SagaView['status'] {
  if (status === 'cancelled') return 'compensated';
  if (status === 'needs_attention' && (now?.dueAt ?? null) === null) return 'needs_attention';
  if (now?.failure) return 'compensating';
  // What becomes of it later is its return's.
  return ['pending', 'validated', 'reserved', 'paid', 'shipped'].includes(status) ? 'running' : 'completed';
}

function stepOf(status: SagaView['status'], now: ChoreographyNow | null): Part | null {
  if (status === 'running') return now?.awaits ?? null;
  return status === 'compensating' ? (now?.asked?.part ?? null) : null;
}

/** Since when something is asked to be taken back is written down nowhere. */
function waitOf({ at, choreography: now }: Found, status: SagaView['status']): SagaWait | null {
  if (status === 'needs_attention') return { kind: 'person', since: at };
  if (status !== 'running' || !now?.dueAt) return null;
  return {
    kind: 'answer',
    since: at,
    step: now.awaits,
    direction: 'do',
    attempt: 1,
    deadline: now.dueAt,
  };
}

function amountOf({ history, order, choreography: now }: Found): AmountAtRisk | null {
  const isPaid = history.some(({ status }) => status === 'paid');
  const isKept = now?.refused.includes('payment') && !now.undone.includes('payment');
  return isPaid && isKept ? { amount: order.totals.total, currency: order.currency ?? null } : null;
}
