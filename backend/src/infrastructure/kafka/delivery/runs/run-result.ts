import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { DecodedEvent } from '@/infrastructure/kafka/schema/event-codec';
import type { EffectOutcomes, EventMark } from '../delivery-store.port';
import type { OutcomeCode } from '../outcome-codes';

/** What the runner knows about an event by the time its run ends. */
export interface KnownEvent {
  readonly decoded: DecodedEvent | undefined;
  readonly mark: EventMark;
  readonly eventType: string;
}

export interface RunFailure {
  readonly event: KnownEvent;
  /** Undefined: before any handler was chosen. */
  readonly handler: HandlerRegistration | undefined;
  readonly error: unknown;
  /** Handlers after the failed one that have not run. */
  readonly remaining: readonly HandlerRegistration[];
  /** No further run can help. */
  readonly final: boolean;
  /** Given while the run goes on although it was given up; resolves when it has ended. */
  readonly stillRunning?: Promise<unknown>;
}

export type RunResult =
  /** `stored` where the outcome is on its way into the database. */
  | { readonly kind: 'done'; readonly codes: readonly OutcomeCode[]; readonly stored?: Promise<void> }
  | { readonly kind: 'failed'; readonly failure: RunFailure }
  /** A breaker admits nothing; resolves when it may. */
  | { readonly kind: 'held'; readonly until: Promise<void> }
  /** Costs no attempt; again soon. */
  | { readonly kind: 'unavailable'; readonly error: unknown }
  /** An event before it in its lane came to no outcome. */
  | { readonly kind: 'not-run' }
  /** A person decided about the row meanwhile. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'fenced'; readonly error: unknown };

/** The handlers whose effect the inbox knows from another offset. */
export const repeatedOf = (handlers: readonly string[], outcomes: EffectOutcomes): readonly string[] =>
  handlers.filter((_, index) => outcomes[index] === 'repeated');
