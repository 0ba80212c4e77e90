import { decide, type SagaInput } from '@/infrastructure/saga/decide';
import {
  type RemoteStep,
  type SagaDefinition,
  type ServiceStep,
  serviceSteps,
} from '@/infrastructure/saga/saga-definition';
import { evolve, newSaga, type SagaFact, type SagaState, timerOf } from '@/infrastructure/saga/saga-state';

/** How the other services answer: a plan for each step, by attempts; beyond its end they do as they are asked. */
export interface StepPlan {
  readonly answers: readonly ('done' | 'failed' | 'passing')[];
  readonly refusedUndos: number;
}

/** One thing that happens; numbers choose among what is there at that moment. */
export type Happening =
  | { readonly kind: 'deliver' | 'repeat' | 'lose'; readonly which: number }
  | { readonly kind: 'timer' | 'cancel' | 'resume' | 'retry_step' | 'resolve' };

type Message =
  | { readonly to: 'service'; readonly id: number; readonly act: 'do' | 'undo'; readonly step: string }
  | { readonly to: 'saga'; readonly input: SagaInput };

interface Place {
  done: boolean;
  /** Whether it has ever been done: such a step has to be taken back. */
  everDone: boolean;
  takenBack: boolean;
  /** The requests that were refused, and with what code; such a one stays refused when it comes again. */
  readonly refused: Map<number, string>;
  undosRefused: number;
}

const refusal = (code: string) => ({ code, message: 'wanted by the spec' });

/** A saga among services that are as safe to repeat as it asks for, on a net that repeats, reorders and loses. */
export class SagaWorld {
  state: SagaState = newSaga;
  readonly facts: SagaFact[] = [];
  readonly places = new Map<string, Place>();
  now = new Date('2026-01-01T00:00:00.000Z');
  /** When each entry of `facts` was decided. */
  readonly times: Date[] = [];
  private readonly net: Message[] = [];

  constructor(
    readonly definition: SagaDefinition<null>,
    private readonly plans: ReadonlyMap<string, StepPlan>,
  ) {
    for (const { name } of serviceSteps(definition)) {
      this.places.set(name, {
        done: false,
        everDone: false,
        takenBack: false,
        refused: new Map(),
        undosRefused: 0,
      });
    }
    this.input({ kind: 'start' });
  }

  happen(event: Happening): void {
    switch (event.kind) {
      case 'timer':
        return this.timer();
      case 'cancel':
      case 'resolve':
        return this.input({ kind: event.kind, reason: refusal('ASKED') });
      case 'resume':
      case 'retry_step':
        return this.input({ kind: event.kind });
      default:
        return this.onNet(event.kind, event.which);
    }
  }

  /** From now on nothing is lost and time passes; false when that does not bring the saga to an end. */
  settle(): boolean {
    for (let round = 0; round < 1_000; round += 1) {
      if (this.net.length > 0) this.onNet('deliver', 0);
      else if (timerOf(this.state)) this.timer();
      else return true;
    }
    return false;
  }

  private onNet(kind: 'deliver' | 'repeat' | 'lose', which: number): void {
    const index = which % Math.max(1, this.net.length);
    const message = this.net[index];
    if (!message) return;
    if (kind !== 'repeat') this.net.splice(index, 1);
    if (kind === 'lose') return;
    if (message.to === 'saga') this.input(message.input);
    else this.serve(message);
  }

  private timer(): void {
    const at = timerOf(this.state);
    if (!at) return;
    if (at > this.now) this.now = at;
    this.input({ kind: 'timer' });
  }

  private input(input: SagaInput): void {
    const situation = { definition: this.definition, context: null, now: this.now };
    const facts = decide(situation, this.state, input);
    this.state = facts.reduce(evolve, this.state);
    for (const fact of facts) {
      this.facts.push(fact);
      this.times.push(this.now);
      const id = this.facts.length;
      if (fact.kind === 'step_requested') this.net.push({ to: 'service', id, act: 'do', step: fact.step });
      if (fact.kind === 'undo_requested') this.net.push({ to: 'service', id, act: 'undo', step: fact.step });
    }
  }

  private serve({ id, act, step }: Message & { readonly to: 'service' }): void {
    const place = this.places.get(step);
    const plan = this.plans.get(step);
    if (!place || !plan) throw new Error(`Nobody does '${step}'.`);
    const input = act === 'do' ? doStep(id, step, place, plan) : undoStep(step, place, plan);
    this.net.push({ to: 'saga', input });
  }
}

function doStep(id: number, step: string, place: Place, { answers }: StepPlan): SagaInput {
  if (place.takenBack) return { kind: 'step_failed', step, refusal: refusal('TAKEN_BACK') };
  const planned = place.done ? 'done' : (answers[place.refused.size] ?? 'done');
  const code = place.refused.get(id) ?? { done: undefined, failed: 'NO', passing: 'PASSING' }[planned];
  if (code !== undefined && !place.done) {
    place.refused.set(id, code);
    return { kind: 'step_failed', step, refusal: refusal(code) };
  }
  place.done = place.everDone = true;
  return { kind: 'step_done', step };
}

function undoStep(step: string, place: Place, { refusedUndos }: StepPlan): SagaInput {
  place.takenBack = true;
  if (place.done && place.undosRefused < refusedUndos) {
    place.undosRefused += 1;
    return { kind: 'undo_refused', step, refusal: refusal('NO') };
  }
  place.done = false;
  return { kind: 'undo_done', step };
}

const message = () =>
  ({ eventType: 'inventory.release.requested', data: { orderId: 'o', reason: 'r' } }) as const;

/** A definition of so many steps that can be taken back, all retried, and so many that cannot. */
export function definitionOfSteps(remote: number, forward: number): SagaDefinition<null> {
  const remoteStep = (_: unknown, index: number): RemoteStep<null> => ({
    kind: 'remote',
    name: `remote-${index}`,
    deadlineMs: 10_000,
    request: message,
    replies: { done: 'payment.completed', failed: 'payment.failed' },
    retry: { attempts: 3, firstMs: 1_000, maxMs: 4_000, codes: ['PASSING'] },
    undo: {
      request: message,
      replies: { done: 'payment.refunded' },
      repeat: { firstMs: 500, maxMs: 60_000 },
    },
  });
  const forwardStep = (_: unknown, index: number): ServiceStep<null> => ({
    kind: 'forward',
    name: `forward-${index}`,
    request: message,
    replies: { done: 'shipment.created', refused: 'shipment.failed' },
    repeat: { firstMs: 500, maxMs: 60_000 },
  });
  return {
    type: 'test',
    version: 1,
    steps: [...Array.from({ length: remote }, remoteStep), ...Array.from({ length: forward }, forwardStep)],
  };
}
