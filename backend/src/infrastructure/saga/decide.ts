import type { Refusal, SagaDefinition } from './saga-definition';
import { evolve, hasEnded, type SagaFact, type SagaState } from './saga-state';

export type SagaInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'step_done'; readonly step: string }
  | { readonly kind: 'step_failed'; readonly step: string; readonly refusal: Refusal }
  | { readonly kind: 'undo_done'; readonly step: string }
  | { readonly kind: 'undo_refused'; readonly step: string; readonly refusal: Refusal }
  | { readonly kind: 'deadline' }
  | { readonly kind: 'cancel'; readonly reason: Refusal }
  | { readonly kind: 'resume' };

/** Everything that follows from an input, up to where the saga waits again or has ended. */
export function decide<Context>(
  definition: SagaDefinition<Context>,
  context: Context,
  state: SagaState,
  input: SagaInput,
): readonly SagaFact[] {
  const facts = [...react(state, input)];
  let current = facts.reduce(evolve, state);
  if (facts.every(({ kind }) => kind === 'ignored')) return facts;
  for (;;) {
    const following = advance(definition, context, current);
    if (following.length === 0) return facts;
    facts.push(...following);
    current = following.reduce(evolve, current);
  }
}

function react(state: SagaState, input: SagaInput): readonly SagaFact[] {
  switch (input.kind) {
    case 'start':
      return [{ kind: 'started' }];
    case 'step_done':
      if (!waitsFor(state, 'do', input.step)) return ignored(input);
      return [{ kind: 'step_completed', step: input.step, undoable: true }];
    case 'step_failed':
      if (!waitsFor(state, 'do', input.step)) return ignored(input);
      return [
        { kind: 'step_failed', step: input.step, refusal: input.refusal },
        compensate(state, input.refusal),
      ];
    case 'undo_done':
      if (!waitsFor(state, 'undo', input.step)) return ignored(input);
      return [{ kind: 'undo_completed', step: input.step }];
    case 'undo_refused':
      if (!waitsFor(state, 'undo', input.step)) return ignored(input);
      return [{ kind: 'undo_refused', step: input.step, refusal: input.refusal }];
    case 'deadline':
      return onDeadline(state);
    case 'cancel':
      if (state.status !== 'running') return ignored(input);
      return [compensate(state, input.reason, state.waitingFor?.step)];
    case 'resume':
      return state.status === 'needs_attention' ? [{ kind: 'resumed' }] : ignored(input);
  }
}

function onDeadline({ waitingFor, ...state }: SagaState): readonly SagaFact[] {
  if (!waitingFor) return ignored({ kind: 'deadline' });
  const { step, direction, attempt } = waitingFor;
  if (direction === 'undo') return [{ kind: 'undo_requested', step, attempt: attempt + 1 }];
  const reason = { code: 'DEADLINE_PASSED', message: `No answer to '${step}' before its deadline.` };
  return [{ kind: 'step_timed_out', step }, compensate({ ...state, waitingFor }, reason, step)];
}

/** `unknown` is a step that was asked for and may have been done: it is taken back like the completed ones. */
function compensate(state: SagaState, reason: Refusal, unknown?: string): SagaFact {
  const completed = state.completedSteps.toReversed();
  return { kind: 'compensation_started', reason, undo: unknown ? [unknown, ...completed] : completed };
}

function advance<Context>(
  definition: SagaDefinition<Context>,
  context: Context,
  state: SagaState,
): readonly SagaFact[] {
  if (state.waitingFor || hasEnded(state.status)) return [];
  if (state.status === 'compensating') {
    const next = state.toUndo[0];
    if (next) return [{ kind: 'undo_requested', step: next, attempt: 1 }];
    return [{ kind: state.refusedUndos.length > 0 ? 'needs_attention' : 'compensated' }];
  }
  const step = definition.steps[state.position];
  if (!step) return [{ kind: 'completed' }];
  if (step.kind === 'remote') return [{ kind: 'step_requested', step: step.name }];
  const refusal = step.check(context);
  if (!refusal) return [{ kind: 'step_completed', step: step.name, undoable: false }];
  return [{ kind: 'step_failed', step: step.name, refusal }, compensate(state, refusal)];
}

function waitsFor({ waitingFor }: SagaState, direction: 'do' | 'undo', step: string): boolean {
  return waitingFor?.direction === direction && waitingFor.step === step;
}

const ignored = (input: SagaInput): readonly SagaFact[] => [
  { kind: 'ignored', input: input.kind, ...('step' in input ? { step: input.step } : {}) },
];
