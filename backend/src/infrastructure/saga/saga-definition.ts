import type { EventData, EventDefinition, EventType } from '@shop/contracts';

/** Why something was refused for good. `code` is stable, `message` is for people. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  /** Money that is with us and should not be, because of this; in units of the saga's currency. */
  readonly amountAtRisk?: number;
}

/** A built-in event type by its name, or one of the application's own. */
export type SagaEvent = EventType | EventDefinition;

/** An event that a saga publishes, with data that fits its type; `messageOf` makes one of an own event type. */
export type SagaMessage =
  | { [T in EventType]: { readonly eventType: T; readonly data: EventData<T> } }[EventType]
  | { readonly event: EventDefinition; readonly data: unknown };

export const messageOf = <Data>(event: EventDefinition<string, Data>, data: Data): SagaMessage => ({
  event,
  data,
});

export const eventTypeOf = (event: SagaEvent): string =>
  typeof event === 'string' ? event : event.eventType;

/** The pause doubles from `firstMs` up to `maxMs`. */
export interface Pauses {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** A refusal that may pass: with one of `codes` the step is asked for again, `attempts` times in all. */
export interface RetryPolicy extends Pauses {
  readonly attempts: number;
  readonly codes: readonly string[];
}

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
  /** From the first request; when it passes without an answer the outcome is unknown and the step is undone too. */
  readonly deadlineMs: number;
  /** Pure. `deadline` is ISO 8601, `attempt` counts from 1. */
  request(context: Context, deadline: string, attempt: number): SagaMessage;
  readonly replies: { readonly done: SagaEvent; readonly failed: SagaEvent };
  /** All its pauses together are shorter than the deadline. */
  readonly retry?: RetryPolicy;
  readonly undo: UndoAction<Context>;
}

/**
 * Takes a step back. Must be safe to ask for twice, and for a step that was never done: the service then refuses
 * the step when it comes later.
 */
export interface UndoAction<Context> {
  /** Pure. */
  request(context: Context, reason: Refusal): SagaMessage;
  readonly replies: { readonly done: SagaEvent; readonly refused?: SagaEvent };
  /** Repeated until a definitive answer comes; after a day without one it needs a person's attention. */
  readonly repeat: Pauses;
}

/**
 * Done by another service and never taken back. From the first one on a saga cannot be cancelled and only such
 * steps follow; one that is refused for good does not hold up the next, and in the end needs a person's attention.
 */
export interface ForwardStep<Context> {
  readonly kind: 'forward';
  readonly name: string;
  /** Pure. Must be safe to ask for twice. */
  request(context: Context, attempt: number): SagaMessage;
  readonly replies: { readonly done: SagaEvent; readonly refused?: SagaEvent };
  /** Repeated until a definitive answer comes; after a day without one it needs a person's attention. */
  readonly repeat: Pauses;
}

export type ServiceStep<Context> = RemoteStep<Context> | ForwardStep<Context>;

export type SagaStep<Context> = LocalStep<Context> | ServiceStep<Context>;

/** Data and pure decisions. A saga ends on the version it began with, so a landed version is never edited. */
export interface SagaDefinition<Context> {
  readonly type: string;
  readonly version: number;
  /** Of all sagas with the same lock and subject one at a time is unfinished. Default: the type. */
  readonly lock?: string;
  readonly steps: readonly SagaStep<Context>[];
}

export function serviceSteps<Context>(definition: SagaDefinition<Context>): readonly ServiceStep<Context>[] {
  return definition.steps.filter((step) => step.kind !== 'local');
}

export function serviceStep<Context>(
  definition: SagaDefinition<Context>,
  name: string,
): ServiceStep<Context> {
  const found = serviceSteps(definition).find((step) => step.name === name);
  if (!found)
    throw new Error(`Saga '${definition.type}' version ${definition.version} has no service step '${name}'.`);
  return found;
}

export function remoteStep<Context>(definition: SagaDefinition<Context>, name: string): RemoteStep<Context> {
  const found = serviceStep(definition, name);
  if (found.kind !== 'remote')
    throw new Error(`Step '${name}' of saga '${definition.type}' cannot be undone.`);
  return found;
}

export function pauseAfter(attempt: number, { firstMs, maxMs }: Pauses): number {
  return Math.min(maxMs, firstMs * 2 ** (attempt - 1));
}

/** The event types that a step, or its undoing, is answered with. */
export function repliesOf(step: ServiceStep<never>): readonly string[] {
  const replies: readonly (SagaEvent | undefined)[] =
    step.kind === 'remote'
      ? [step.replies.done, step.replies.failed, step.undo.replies.done, step.undo.replies.refused]
      : [step.replies.done, step.replies.refused];
  return replies.flatMap((reply) => (reply === undefined ? [] : eventTypeOf(reply)));
}
