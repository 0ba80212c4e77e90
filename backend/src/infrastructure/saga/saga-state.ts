import type { Refusal } from './saga-definition';

export const sagaStatuses = [
  'running',
  'completed',
  'compensating',
  'compensated',
  'needs_attention',
] as const;

export type SagaStatus = (typeof sagaStatuses)[number];

/** What the saga has asked for. Times are ISO 8601. */
export interface Waiting {
  readonly step: string;
  readonly direction: 'do' | 'undo';
  readonly attempt: number;
  /** When a step that can be undone is given up. */
  readonly deadline?: string;
  /** When it is asked for again unless an answer comes. */
  readonly askAgainAt?: string;
  /** When what is asked for again and again is left to a person. */
  readonly handOverAt?: string;
  /** Why the step pauses before it is asked for again. */
  readonly refusal?: Refusal;
}

export interface Refused {
  readonly step: string;
  readonly refusal: Refusal;
}

export interface SagaState {
  readonly status: SagaStatus;
  /** Index of the step that is next or in progress. */
  readonly position: number;
  readonly waitingFor: Waiting | null;
  /** Steps that other services have done, in their order; stays when they are undone. */
  readonly completedSteps: readonly string[];
  /** Steps still to be taken back, next one first. */
  readonly toUndo: readonly string[];
  readonly undone: readonly string[];
  readonly refusedUndos: readonly Refused[];
  /** Forward steps that were refused, and those of them that are asked for once more, next one first. */
  readonly refusedSteps: readonly Refused[];
  readonly toRepeat: readonly string[];
  /** Why the saga compensates. */
  readonly reason: Refusal | null;
}

export type SagaFact =
  | { readonly kind: 'started' }
  | ({ readonly kind: 'step_requested' } & Pick<
      Waiting,
      'step' | 'attempt' | 'deadline' | 'askAgainAt' | 'handOverAt'
    >)
  | { readonly kind: 'step_completed'; readonly step: string; readonly local: boolean }
  | ({ readonly kind: 'step_paused' } & Refused & Required<Pick<Waiting, 'attempt' | 'askAgainAt'>>)
  | ({ readonly kind: 'step_failed' } & Refused)
  | ({ readonly kind: 'step_refused' } & Refused)
  | { readonly kind: 'step_timed_out'; readonly step: string }
  | { readonly kind: 'compensation_started'; readonly reason: Refusal; readonly undo: readonly string[] }
  | ({ readonly kind: 'undo_requested' } & Pick<Waiting, 'step' | 'attempt' | 'askAgainAt' | 'handOverAt'>)
  | { readonly kind: 'undo_completed'; readonly step: string }
  | ({ readonly kind: 'undo_refused' } & Refused)
  | { readonly kind: 'retry_requested'; readonly step: string }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'resolved'; readonly reason: Refusal }
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
  refusedSteps: [],
  toRepeat: [],
  reason: null,
};

export const hasEnded = (status: SagaStatus): boolean =>
  status === 'completed' || status === 'compensated' || status === 'needs_attention';

/** When the saga has to be looked at though nobody answers; null: never. */
export function timerOf({ waitingFor }: SagaState): Date | null {
  const at = waitingFor?.askAgainAt ?? waitingFor?.deadline;
  return at === undefined ? null : new Date(at);
}

export function evolve(state: SagaState, fact: SagaFact): SagaState {
  switch (fact.kind) {
    case 'step_requested': {
      const { kind: _, ...asked } = fact;
      return { ...state, waitingFor: { direction: 'do', ...asked } };
    }
    case 'step_paused': {
      const { step, attempt, askAgainAt, refusal } = fact;
      return {
        ...state,
        waitingFor: { ...state.waitingFor, direction: 'do', step, attempt, askAgainAt, refusal },
      };
    }
    case 'step_completed':
      return {
        ...withoutRefusal(stepSettled(state, fact.step), fact.step),
        completedSteps: fact.local ? state.completedSteps : [...state.completedSteps, fact.step],
      };
    case 'step_refused':
      return { ...stepSettled(state, fact.step), refusedSteps: [...state.refusedSteps, refusedOf(fact)] };
    case 'step_failed':
    case 'step_timed_out':
      return { ...state, waitingFor: null };
    case 'compensation_started':
      return { ...state, status: 'compensating', waitingFor: null, reason: fact.reason, toUndo: fact.undo };
    case 'undo_requested': {
      const { kind: _, ...asked } = fact;
      return { ...state, waitingFor: { direction: 'undo', ...asked } };
    }
    case 'undo_completed':
      return {
        ...withoutRefusal(undoSettled(state, fact.step), fact.step),
        undone: [...state.undone, fact.step],
      };
    case 'undo_refused':
      return { ...undoSettled(state, fact.step), refusedUndos: [...state.refusedUndos, refusedOf(fact)] };
    case 'resumed':
      return {
        ...goingOn(state),
        toUndo: state.refusedUndos.map(({ step }) => step),
        toRepeat: state.refusedSteps.map(({ step }) => step),
      };
    case 'resolved':
      return goingOn(state);
    case 'completed':
    case 'compensated':
    case 'needs_attention':
      return { ...state, status: fact.kind };
    case 'started':
    case 'retry_requested':
    case 'ignored':
      return state;
  }
}

function stepSettled(state: SagaState, step: string): SagaState {
  const again = state.toRepeat.includes(step) || isRefused(state, step);
  return {
    ...notWaitingFor(state, step),
    position: again ? state.position : state.position + 1,
    toRepeat: state.toRepeat.filter((other) => other !== step),
  };
}

function undoSettled(state: SagaState, step: string): SagaState {
  return { ...notWaitingFor(state, step), toUndo: state.toUndo.filter((other) => other !== step) };
}

const notWaitingFor = (state: SagaState, step: string): SagaState =>
  state.waitingFor?.step === step ? { ...state, waitingFor: null } : state;

/** Refused before, and done after all: a saga that needs no more attention goes on. */
function withoutRefusal(state: SagaState, step: string): SagaState {
  if (!isRefused(state, step)) return state;
  const others = ({ step: other }: Refused) => other !== step;
  const refusedUndos = state.refusedUndos.filter(others);
  const refusedSteps = state.refusedSteps.filter(others);
  const open = refusedUndos.length > 0 || refusedSteps.length > 0;
  if (open || state.status !== 'needs_attention') return { ...state, refusedUndos, refusedSteps };
  return goingOn(state);
}

/** Whether the step, or its undoing, was refused for good. */
export const isRefused = ({ refusedUndos, refusedSteps }: SagaState, name: string): boolean =>
  [...refusedUndos, ...refusedSteps].some(({ step }) => step === name);

/** Out of `needs_attention`, with nothing refused any more. */
function goingOn(state: SagaState): SagaState {
  return { ...state, status: state.reason ? 'compensating' : 'running', refusedUndos: [], refusedSteps: [] };
}

const refusedOf = ({ step, refusal }: Refused): Refused => ({ step, refusal });
