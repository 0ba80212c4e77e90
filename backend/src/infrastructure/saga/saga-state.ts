import type { Refusal } from './saga-definition';

export type SagaStatus = 'running' | 'completed' | 'compensating' | 'compensated' | 'needs_attention';

export interface Waiting {
  readonly step: string;
  readonly direction: 'do' | 'undo';
  readonly attempt: number;
}

export interface SagaState {
  readonly status: SagaStatus;
  /** Index of the step that is next or in progress. */
  readonly position: number;
  readonly waitingFor: Waiting | null;
  /** Remote steps that were done, in their order; stays when they are undone. */
  readonly completedSteps: readonly string[];
  /** Steps still to be taken back, next one first. */
  readonly toUndo: readonly string[];
  readonly undone: readonly string[];
  readonly refusedUndos: readonly { readonly step: string; readonly refusal: Refusal }[];
  /** Why the saga compensates. */
  readonly reason: Refusal | null;
}

export type SagaFact =
  | { readonly kind: 'started' }
  | { readonly kind: 'step_requested'; readonly step: string }
  | { readonly kind: 'step_completed'; readonly step: string; readonly undoable: boolean }
  | { readonly kind: 'step_failed'; readonly step: string; readonly refusal: Refusal }
  | { readonly kind: 'step_timed_out'; readonly step: string }
  | { readonly kind: 'compensation_started'; readonly reason: Refusal; readonly undo: readonly string[] }
  | { readonly kind: 'undo_requested'; readonly step: string; readonly attempt: number }
  | { readonly kind: 'undo_completed'; readonly step: string }
  | { readonly kind: 'undo_refused'; readonly step: string; readonly refusal: Refusal }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'completed' }
  | { readonly kind: 'compensated' }
  | { readonly kind: 'needs_attention' }
  | { readonly kind: 'ignored'; readonly step?: string; readonly input: string };

export const newSaga: SagaState = {
  status: 'running',
  position: 0,
  waitingFor: null,
  completedSteps: [],
  toUndo: [],
  undone: [],
  refusedUndos: [],
  reason: null,
};

export const hasEnded = (status: SagaStatus): boolean =>
  status === 'completed' || status === 'compensated' || status === 'needs_attention';

export function evolve(state: SagaState, fact: SagaFact): SagaState {
  switch (fact.kind) {
    case 'step_requested':
      return { ...state, waitingFor: { step: fact.step, direction: 'do', attempt: 1 } };
    case 'step_completed':
      return {
        ...state,
        position: state.position + 1,
        waitingFor: null,
        completedSteps: fact.undoable ? [...state.completedSteps, fact.step] : state.completedSteps,
      };
    case 'step_failed':
    case 'step_timed_out':
      return { ...state, waitingFor: null };
    case 'compensation_started':
      return { ...state, status: 'compensating', waitingFor: null, reason: fact.reason, toUndo: fact.undo };
    case 'undo_requested':
      return { ...state, waitingFor: { step: fact.step, direction: 'undo', attempt: fact.attempt } };
    case 'undo_completed':
      return { ...undoSettled(state, fact.step), undone: [...state.undone, fact.step] };
    case 'undo_refused':
      return {
        ...undoSettled(state, fact.step),
        refusedUndos: [...state.refusedUndos, { step: fact.step, refusal: fact.refusal }],
      };
    case 'resumed':
      return {
        ...state,
        status: 'compensating',
        toUndo: state.refusedUndos.map(({ step }) => step),
        refusedUndos: [],
      };
    case 'completed':
    case 'compensated':
    case 'needs_attention':
      return { ...state, status: fact.kind };
    case 'started':
    case 'ignored':
      return state;
  }
}

function undoSettled(state: SagaState, step: string): SagaState {
  return { ...state, waitingFor: null, toUndo: state.toUndo.filter((other) => other !== step) };
}
