import type { Refusal } from './saga-definition';
import { newSaga, type SagaState, type SagaStatus, type Waiting } from './saga-state';

/** What becomes of a saga next. Times are ISO 8601 with microseconds. */
export type SagaWait =
  /** For another service's answer; `since` is when it was first asked, `attempt` how often by now. */
  | ({ readonly kind: 'answer'; readonly since: string } & Waiting)
  /** For somebody who decides about what was refused. */
  | { readonly kind: 'person'; readonly since: string };

/** What was refused for good: taking a step back, or doing one that a saga does not turn back at. */
export interface RefusedStep extends Refusal {
  readonly step: string;
  readonly direction: Waiting['direction'];
}

export interface AmountAtRisk {
  /** In units of the currency, such as 59.02. */
  readonly amount: number;
  /** ISO 4217, null where the saga does not say. */
  readonly currency: string | null;
}

/** `kind` is that of the fact; `detail` is what else the fact says, such as `refusal`, `reason` or `attempt`. */
export interface SagaHistoryEntry {
  readonly at: string;
  readonly step: string | null;
  readonly kind: string;
  readonly eventId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A saga as people and programs outside the engine see it. */
export interface SagaView {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly orderId: string;
  readonly status: SagaStatus;
  /** The step in progress, being done or being taken back; null while there is none. */
  readonly step: string | null;
  /** When the step in progress is given up, or asked for again where it is never given up. */
  readonly deadline: string | null;
  readonly completedSteps: readonly string[];
  readonly undone: readonly string[];
  /** Why it compensates; null while it does not. */
  readonly reason: Refusal | null;
  readonly waitingFor: SagaWait | null;
  readonly refused: readonly RefusedStep[];
  /** The customer's money that is still with us and should not be; null where nothing is known to be. */
  readonly amountAtRisk: AmountAtRisk | null;
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly historyLength: number;
  /** The oldest first. In a list the last entries only, here all `historyLength` of them. */
  readonly history: readonly SagaHistoryEntry[];
}

/** A saga as its row has it. */
export interface StoredSaga
  extends Omit<SagaView, 'undone' | 'reason' | 'waitingFor' | 'refused' | 'amountAtRisk'> {
  readonly state: SagaState;
  readonly currency: string | null;
  /** When the step in progress was first asked for. */
  readonly askedAt: string | null;
}

export function toView({ state: found, currency, askedAt, ...stored }: StoredSaga): SagaView {
  // Sagas that began under an earlier build do not have every member.
  const state = { ...newSaga, ...found };
  const refused = refusedOf(state);
  return {
    ...stored,
    deadline: state.waitingFor?.deadline ?? stored.deadline,
    undone: state.undone,
    reason: state.reason,
    waitingFor: waitOf(stored, state, askedAt),
    refused,
    amountAtRisk: amountOf(refused, currency),
  };
}

function waitOf(
  { status, updatedAt }: Pick<SagaView, 'status' | 'updatedAt'>,
  { waitingFor }: SagaState,
  askedAt: string | null,
): SagaWait | null {
  if (status === 'needs_attention') return { kind: 'person', since: updatedAt };
  return waitingFor && { kind: 'answer', since: askedAt ?? updatedAt, ...waitingFor };
}

function refusedOf({ refusedUndos, refusedSteps }: SagaState): RefusedStep[] {
  return [
    ...refusedUndos.map(({ step, refusal }) => ({ step, direction: 'undo', ...refusal }) as const),
    ...refusedSteps.map(({ step, refusal }) => ({ step, direction: 'do', ...refusal }) as const),
  ];
}

function amountOf(refused: readonly RefusedStep[], currency: string | null): AmountAtRisk | null {
  const amounts = refused.flatMap(({ amountAtRisk }) => amountAtRisk ?? []);
  return amounts.length === 0 ? null : { amount: amounts.reduce((sum, one) => sum + one), currency };
}
