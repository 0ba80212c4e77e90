import {
  type ForwardStep,
  pauseAfter,
  type Refusal,
  remoteStep,
  type RemoteStep,
  type SagaDefinition,
  serviceStep,
} from './saga-definition';
import { evolve, hasEnded, type SagaFact, type SagaState } from './saga-state';

export type SagaInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'step_done'; readonly step: string }
  | { readonly kind: 'step_failed'; readonly step: string; readonly refusal: Refusal }
  | { readonly kind: 'undo_done'; readonly step: string }
  | { readonly kind: 'undo_refused'; readonly step: string; readonly refusal: Refusal }
  /** The time of `timerOf` has come. */
  | { readonly kind: 'timer' }
  | { readonly kind: 'cancel'; readonly reason: Refusal }
  /** A person's word: ask for what was refused again; ask now for what is waited for; it is settled otherwise. */
  | { readonly kind: 'resume' }
  | { readonly kind: 'retry_step' }
  | { readonly kind: 'resolve'; readonly reason: Refusal };

/** What is asked for until it is answered is a person's after a day without an answer. */
const HANDED_OVER_AFTER_MS = 86_400_000;

/** What a decision is made by besides the input. */
export interface Situation<Context> {
  readonly definition: SagaDefinition<Context>;
  readonly context: Context;
  readonly now: Date;
}

/** Everything that follows from an input, up to where the saga waits again or has ended. */
export function decide<Context>(
  situation: Situation<Context>,
  state: SagaState,
  input: SagaInput,
): readonly SagaFact[] {
  const facts = [...react(situation, state, input)];
  let current = facts.reduce(evolve, state);
  if (facts.every(({ kind }) => kind === 'ignored')) return facts;
  for (;;) {
    const following = advance(situation, current);
    if (following.length === 0) return facts;
    facts.push(...following);
    current = following.reduce(evolve, current);
  }
}

function react<Context>(situation: Situation<Context>, state: SagaState, input: SagaInput) {
  return reactOrNot(situation, state, input) ?? ignored(input);
}

/** Undefined when the input changes nothing: it came late, twice, or for something else. */
function reactOrNot<Context>(
  situation: Situation<Context>,
  state: SagaState,
  input: SagaInput,
): readonly SagaFact[] | undefined {
  switch (input.kind) {
    case 'start':
      return [{ kind: 'started' }];
    case 'step_done':
      if (!waitsFor(state, 'do', input.step) && !isRefusedIn(state, 'do', input.step)) return undefined;
      return [{ kind: 'step_completed', step: input.step, local: false }];
    case 'step_failed':
      if (!waitsFor(state, 'do', input.step)) return undefined;
      return onFailure(situation, state, input.step, input.refusal);
    case 'undo_done':
      if (!waitsFor(state, 'undo', input.step) && !isRefusedIn(state, 'undo', input.step)) return undefined;
      return [{ kind: 'undo_completed', step: input.step }];
    case 'undo_refused':
      if (!waitsFor(state, 'undo', input.step)) return undefined;
      return [{ kind: 'undo_refused', step: input.step, refusal: input.refusal }];
    case 'timer':
      return onTimer(situation, state);
    case 'cancel':
      if (state.status !== 'running' || goesForward(situation, state)) return undefined;
      return [compensate(state, input.reason, state.waitingFor?.step)];
    case 'resume':
      return state.status === 'needs_attention' ? [{ kind: 'resumed' }] : undefined;
    case 'retry_step':
      return onRetry(situation, state);
    case 'resolve':
      return state.status === 'needs_attention' ? [{ kind: 'resolved', reason: input.reason }] : undefined;
  }
}

function onFailure<Context>(
  { definition, now }: Situation<Context>,
  state: SagaState,
  name: string,
  refusal: Refusal,
): readonly SagaFact[] | undefined {
  const step = serviceStep(definition, name);
  if (step.kind === 'forward') return [{ kind: 'step_refused', step: name, refusal }];
  const { attempt = 1, deadline, askAgainAt } = state.waitingFor ?? {};
  // It pauses after such an answer already, and has asked for nothing since.
  if (askAgainAt !== undefined) return undefined;
  const next = step.retry?.codes.includes(refusal.code) && nextAttemptAt(step, attempt, now);
  if (next && deadline !== undefined && next < new Date(deadline)) {
    return [{ kind: 'step_paused', step: name, refusal, attempt, askAgainAt: next.toISOString() }];
  }
  return giveUp(state, name, refusal);
}

function onTimer<Context>(situation: Situation<Context>, state: SagaState): readonly SagaFact[] | undefined {
  if (!state.waitingFor) return undefined;
  const { step: name, direction, attempt, deadline, refusal, handOverAt } = state.waitingFor;
  const handedOver = handOverAt !== undefined && new Date(handOverAt) <= situation.now;
  if (direction === 'undo') {
    if (handedOver) return [{ kind: 'undo_refused', step: name, refusal: unanswered(name) }];
    return [askToUndo(situation, name, attempt + 1, handOverAt)];
  }
  const step = serviceStep(situation.definition, name);
  if (step.kind === 'forward') {
    if (handedOver) return [{ kind: 'step_refused', step: name, refusal: unanswered(name) }];
    return [askToGoForward(situation, step, attempt + 1, handOverAt)];
  }
  if (!refusal) {
    const reason = { code: 'DEADLINE_PASSED', message: `No answer to '${name}' before its deadline.` };
    return [{ kind: 'step_timed_out', step: name }, compensate(state, reason, name)];
  }
  if (deadline === undefined || new Date(deadline) <= situation.now) return giveUp(state, name, refusal);
  return [{ kind: 'step_requested', step: name, attempt: attempt + 1, deadline }];
}

/** A person asks for what is waited for once more; a step that can be undone gets its whole time again. */
function onRetry<Context>(situation: Situation<Context>, state: SagaState): readonly SagaFact[] | undefined {
  if (!state.waitingFor) return undefined;
  const { step: name, direction, attempt } = state.waitingFor;
  const requested =
    direction === 'undo' ? askToUndo(situation, name, attempt + 1) : askToDo(situation, name, attempt + 1);
  return [{ kind: 'retry_requested', step: name }, requested];
}

/** An answer may be one to an earlier request, so a step that was asked for twice may have been done all the same. */
function giveUp(state: SagaState, step: string, refusal: Refusal): readonly SagaFact[] {
  const unknown = (state.waitingFor?.attempt ?? 1) > 1 ? step : undefined;
  return [{ kind: 'step_failed', step, refusal }, compensate(state, refusal, unknown)];
}

/** `unknown` is a step that was asked for and may have been done: it is taken back like the completed ones. */
function compensate(state: SagaState, reason: Refusal, unknown?: string): SagaFact {
  const completed = state.completedSteps.toReversed();
  return { kind: 'compensation_started', reason, undo: unknown ? [unknown, ...completed] : completed };
}

function advance<Context>(situation: Situation<Context>, state: SagaState): readonly SagaFact[] {
  if (state.waitingFor || hasEnded(state.status)) return [];
  if (state.status === 'compensating') {
    const next = state.toUndo[0];
    if (next) return [askToUndo(situation, next, 1)];
    return [{ kind: state.refusedUndos.length > 0 ? 'needs_attention' : 'compensated' }];
  }
  const step = situation.definition.steps[state.position];
  if (!step) {
    const next = state.toRepeat[0];
    if (next) return [askToDo(situation, next, 1)];
    return [{ kind: state.refusedSteps.length > 0 ? 'needs_attention' : 'completed' }];
  }
  if (step.kind !== 'local') return [askToDo(situation, step.name, 1)];
  const refusal = step.check(situation.context);
  if (!refusal) return [{ kind: 'step_completed', step: step.name, local: true }];
  return [{ kind: 'step_failed', step: step.name, refusal }, compensate(state, refusal)];
}

function askToDo<Context>(situation: Situation<Context>, name: string, attempt: number): SagaFact {
  const step = serviceStep(situation.definition, name);
  if (step.kind === 'forward') return askToGoForward(situation, step, attempt);
  return { kind: 'step_requested', step: name, attempt, deadline: after(situation.now, step.deadlineMs) };
}

function askToGoForward<Context>(
  { now }: Situation<Context>,
  { name, repeat }: ForwardStep<Context>,
  attempt: number,
  handOverAt = after(now, HANDED_OVER_AFTER_MS),
): SagaFact {
  const askAgainAt = after(now, pauseAfter(attempt, repeat));
  return { kind: 'step_requested', step: name, attempt, askAgainAt, handOverAt };
}

function askToUndo<Context>(
  { definition, now }: Situation<Context>,
  step: string,
  attempt: number,
  handOverAt = after(now, HANDED_OVER_AFTER_MS),
): SagaFact {
  const { repeat } = remoteStep(definition, step).undo;
  const askAgainAt = after(now, pauseAfter(attempt, repeat));
  return { kind: 'undo_requested', step, attempt, askAgainAt, handOverAt };
}

function nextAttemptAt<Context>(
  { retry }: RemoteStep<Context>,
  attempt: number,
  now: Date,
): Date | undefined {
  if (!retry || attempt >= retry.attempts) return undefined;
  return new Date(now.getTime() + pauseAfter(attempt, retry));
}

function goesForward<Context>({ definition }: Situation<Context>, { position }: SagaState): boolean {
  const step = definition.steps[position];
  return !step || step.kind === 'forward';
}

function waitsFor({ waitingFor }: SagaState, direction: 'do' | 'undo', step: string): boolean {
  return waitingFor?.direction === direction && waitingFor.step === step;
}

/** Of two answers to a repeated request the good one stands, in whatever order they come. */
function isRefusedIn(
  { refusedSteps, refusedUndos }: SagaState,
  direction: 'do' | 'undo',
  name: string,
): boolean {
  return (direction === 'do' ? refusedSteps : refusedUndos).some(({ step }) => step === name);
}

/** Said by nobody: an answer that comes all the same still counts. */
const unanswered = (step: string): Refusal => ({
  code: 'UNANSWERED',
  message: `Nobody has answered about '${step}' in all the time in which it was asked for again.`,
});

const after = (now: Date, ms: number): string => new Date(now.getTime() + ms).toISOString();

const ignored = (input: SagaInput): readonly SagaFact[] => [
  { kind: 'ignored', input: input.kind, ...('step' in input ? { step: input.step } : {}) },
];
