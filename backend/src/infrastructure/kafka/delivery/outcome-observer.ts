export const outcomes = ['handled', 'repeated', 'failed', 'parked', 'dead', 'ignored'] as const;

/**
 * What became of one event at one handler, or of one run of it:
 *   handled   the effect is there, by this run
 *   repeated  the effect was there before, so nothing was run
 *   failed    this run had no effect; the event is parked or dead next
 *   parked    it waits in `parked`, for its due time or behind an event of its key
 *   dead      the last run failed, or no run can help
 *   ignored   nobody takes its type
 */
export type Outcome = (typeof outcomes)[number];

export interface ObservedOutcome {
  readonly group: string;
  /** `*` where it is all handlers of the topic: what does not decode, and types that nobody takes. */
  readonly handler: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly eventType: string;
  readonly key: string | null;
  /** The run it is about, from 1; 0 where nothing was run. */
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly error?: unknown;
}

type Listener = (observed: ObservedOutcome) => void;

/** Tells tests what the engine did. Told after the commit that made it true; a listener must not throw. */
export class OutcomeObserver {
  private readonly listeners = new Set<Listener>();

  /** False where telling would reach nobody, so that nothing has to be put together for it. */
  get watched(): boolean {
    return this.listeners.size > 0;
  }

  /** Returns how to stop listening. */
  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(observed: ObservedOutcome): void {
    for (const listener of this.listeners) listener(observed);
  }
}
