import {
  type CircuitBreakerPolicy,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  type IBackoff,
  CircuitState as PolicyState,
} from 'cockatiel';

export type CircuitState = 'closed' | 'open' | 'half-open';
export type Admitted = 'run' | 'probe';
export type Admission = Admitted | 'hold';

export interface CircuitOptions {
  /** In a row. */
  readonly failures: number;
  readonly openMs: number;
  readonly longestOpenMs: number;
}

/**
 * A circuit for work that says when it begins and how it ended, since what runs in between is the engine's transaction
 * or somebody's call. Cockatiel's policy keeps the state; it is told by `execute`, with an outcome that is known or, for
 * the one that is let through while half open, with a promise of it. What began before the circuit opened does not
 * count afterwards.
 */
export class Circuit {
  private readonly policy: CircuitBreakerPolicy;
  private readonly listeners = new Set<(state: CircuitState) => void>();
  private openTimer: NodeJS.Timeout | undefined;
  private probe: { readonly outcome: PromiseWithResolvers<void>; taken: boolean } | undefined;
  private inARow = 0;

  constructor(private readonly options: CircuitOptions) {
    this.policy = circuitBreaker(handleAll, {
      breaker: new ConsecutiveBreaker(options.failures),
      halfOpenAfter: { next: () => this.openFor(options.openMs) },
    });
    this.policy.onStateChange((state) => {
      if (state === PolicyState.HalfOpen) return;
      this.probe = undefined;
      this.inARow = 0;
      this.tell();
    });
  }

  get state(): CircuitState {
    if (this.policy.state === PolicyState.Closed) return 'closed';
    return this.openTimer === undefined ? 'half-open' : 'open';
  }

  /** Failures in a row while closed. */
  get failures(): number {
    return this.inARow;
  }

  get lastFailure(): { readonly error: unknown } | undefined {
    const reason = this.policy.lastFailure;
    return reason && 'error' in reason ? reason : undefined;
  }

  /** What is admitted is settled once, by `answered`, `failed` or `withdrawn`. While half open there is one `probe`. */
  admit(): Admission {
    const { state } = this;
    if (state === 'closed') return 'run';
    if (state === 'open' || this.probe?.taken) return 'hold';
    this.probe ??= this.openProbe();
    this.probe.taken = true;
    return 'probe';
  }

  answered(admitted: Admitted): void {
    if (admitted === 'probe') return this.probe?.outcome.resolve();
    if (this.state !== 'closed' || this.inARow === 0) return;
    this.inARow = 0;
    this.feed(Promise.resolve());
  }

  failed(admitted: Admitted, error: unknown): void {
    if (admitted === 'probe') return this.probe?.outcome.reject(error);
    if (this.state !== 'closed') return;
    this.inARow += 1;
    this.feed(Promise.reject(error));
  }

  /** Ended without having asked the dependency; another may probe in its place. */
  withdrawn(admitted: Admitted): void {
    if (admitted === 'run' || !this.probe) return;
    this.probe.taken = false;
    this.tell();
  }

  /** Told the new state, and `half-open` again when the probe's place is free again. A listener must not throw. */
  onChange(listener: (state: CircuitState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.openTimer);
    this.listeners.clear();
  }

  private openProbe() {
    const outcome = Promise.withResolvers<void>();
    this.feed(outcome.promise);
    return { outcome, taken: false };
  }

  /** Only counts: whoever ran has the error already. */
  private feed(outcome: Promise<void>): void {
    this.policy.execute(() => outcome).catch(() => undefined);
  }

  /**
   * Cockatiel compares `duration` with a difference of wall clock readings. A timer decides instead, so that a clock
   * that is set does not matter, and so that somebody learns of the end who does not ask.
   */
  private openFor(ms: number): IBackoff<unknown> {
    let over = false;
    this.openTimer = setTimeout(
      () => {
        over = true;
        this.openTimer = undefined;
        this.tell();
      },
      Math.min(ms, this.options.longestOpenMs),
    );
    this.openTimer.unref();
    return {
      get duration() {
        return over ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
      },
      next: () => this.openFor(Math.min(ms * 2, this.options.longestOpenMs)),
    };
  }

  private tell(): void {
    const { state } = this;
    for (const listener of this.listeners) listener(state);
  }
}
