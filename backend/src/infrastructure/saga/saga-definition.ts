import type { EventData, EventType } from '@shop/contracts';

/** Why something was refused for good. `code` is stable, `message` is for people. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** An event that a saga publishes, with data that fits its type. */
export type SagaMessage = {
  [T in EventType]: { readonly eventType: T; readonly data: EventData<T> };
}[EventType];

/** Decided at once by the saga's own service from what the saga knows. */
export interface LocalStep<Context> {
  readonly kind: 'local';
  readonly name: string;
  /** Pure. Undefined: done; a refusal fails the step. */
  check(context: Context): Refusal | undefined;
}

/** Done by another service: asked for by one event, answered by another. */
export interface RemoteStep<Context> {
  readonly kind: 'remote';
  readonly name: string;
  /** From the request; when it passes without an answer the outcome is unknown and the step is undone too. */
  readonly deadlineMs: number;
  /** Pure. `deadline` is ISO 8601. */
  request(context: Context, deadline: string): SagaMessage;
  readonly replies: { readonly done: EventType; readonly failed: EventType };
  readonly undo: UndoAction<Context>;
}

/**
 * Takes a step back. Must be safe to ask for twice, and for a step that was never done: the service then refuses
 * the step when it comes later.
 */
export interface UndoAction<Context> {
  /** Pure. */
  request(context: Context, reason: Refusal): SagaMessage;
  readonly replies: { readonly done: EventType; readonly refused?: EventType };
  /** Repeated until a definitive answer comes; the pause doubles from `firstMs` up to `maxMs`. */
  readonly repeat: { readonly firstMs: number; readonly maxMs: number };
}

export type SagaStep<Context> = LocalStep<Context> | RemoteStep<Context>;

/** Data and pure decisions. A saga ends on the version it began with, so a landed version is never edited. */
export interface SagaDefinition<Context> {
  readonly type: string;
  readonly version: number;
  readonly steps: readonly SagaStep<Context>[];
}

export function remoteSteps<Context>(definition: SagaDefinition<Context>): readonly RemoteStep<Context>[] {
  return definition.steps.filter((step) => step.kind === 'remote');
}

export function remoteStep<Context>(definition: SagaDefinition<Context>, name: string): RemoteStep<Context> {
  const found = remoteSteps(definition).find((step) => step.name === name);
  if (!found)
    throw new Error(`Saga '${definition.type}' version ${definition.version} has no remote step '${name}'.`);
  return found;
}

/** What is wrong with a definition, empty when nothing is. */
export function definitionFaults(definition: SagaDefinition<never>): readonly string[] {
  const faults: string[] = [];
  const names = definition.steps.map((step) => step.name);
  if (names.length === 0) faults.push('has no steps');
  for (const name of new Set(names)) {
    if (names.indexOf(name) !== names.lastIndexOf(name)) faults.push(`has two steps named '${name}'`);
  }
  const replies = new Map<string, string>();
  for (const step of remoteSteps(definition)) {
    if (!(step.deadlineMs > 0)) faults.push(`step '${step.name}': the deadline must be above 0 ms`);
    const { firstMs, maxMs } = step.undo.repeat;
    if (!(firstMs > 0 && maxMs >= firstMs))
      faults.push(`step '${step.name}': undo must repeat after 0 < firstMs <= maxMs`);
    for (const reply of repliesOf(step)) {
      const other = replies.get(reply);
      if (other) faults.push(`'${reply}' answers both '${other}' and '${step.name}'`);
      replies.set(reply, step.name);
    }
  }
  return faults;
}

export function repliesOf(step: RemoteStep<never>): readonly EventType[] {
  const { replies, undo } = step;
  return [
    replies.done,
    replies.failed,
    undo.replies.done,
    ...(undo.replies.refused ? [undo.replies.refused] : []),
  ];
}
