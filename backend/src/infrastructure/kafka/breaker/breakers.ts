import type { BreakerOptions } from '@/infrastructure/kafka/delivery/delivery.options';
import { describeError, type ErrorSummary } from '@/infrastructure/kafka/delivery/failure';
import type { Metrics } from '@/infrastructure/observability/metrics';
import type { CircuitState } from './circuit';
import { DependencyBreaker, type DependencyOptions } from './dependency-breaker';
import { HandlerBreaker } from './handler-breaker';

export interface BreakerReport {
  readonly name: string;
  readonly kind: 'handler' | 'dependency';
  readonly state: CircuitState;
  /** In a row, while closed. */
  readonly failures: number;
  /** When it came into this state, ISO 8601. */
  readonly since: string;
  readonly lastFailure?: ErrorSummary;
}

interface Entry {
  readonly breaker: HandlerBreaker | DependencyBreaker;
  readonly kind: BreakerReport['kind'];
  since: Date;
}

/** Every breaker of a process: one a handler, one an outgoing dependency. */
export class Breakers {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly metrics: Pick<Metrics, 'circuitOpen'>) {}

  /** A new breaker for a handler that (re)starts, by the name `<group>/<handler>`; the one before is forgotten. */
  handler(name: string, options: BreakerOptions): HandlerBreaker {
    const breaker = new HandlerBreaker(name, options);
    this.add(breaker, 'handler');
    return breaker;
  }

  /** One for all callers; the options count where it is asked for first. */
  of(dependency: string, options?: DependencyOptions): DependencyBreaker {
    const known = this.entries.get(dependency)?.breaker;
    if (known instanceof DependencyBreaker) return known;
    const breaker = new DependencyBreaker(dependency, options);
    this.add(breaker, 'dependency');
    return breaker;
  }

  remove(breaker: HandlerBreaker): void {
    breaker.circuit.close();
    if (this.entries.get(breaker.name)?.breaker !== breaker) return;
    this.entries.delete(breaker.name);
    this.metrics.circuitOpen.remove({ name: breaker.name });
  }

  reports(): readonly BreakerReport[] {
    return [...this.entries.values()].map(({ breaker: { name, circuit }, kind, since }) => ({
      name,
      kind,
      state: circuit.state,
      failures: circuit.failures,
      since: since.toISOString(),
      ...(circuit.lastFailure === undefined ? {} : { lastFailure: summaryOf(circuit.lastFailure.error) }),
    }));
  }

  private add(breaker: HandlerBreaker | DependencyBreaker, kind: Entry['kind']): void {
    const { name, circuit } = breaker;
    this.entries.get(name)?.breaker.circuit.close();
    const entry: Entry = { breaker, kind, since: new Date() };
    this.entries.set(name, entry);
    let shown = circuit.state;
    this.metrics.circuitOpen.set({ name }, 0);
    circuit.onChange((state) => {
      if (state === shown) return;
      shown = state;
      entry.since = new Date();
      this.metrics.circuitOpen.set({ name }, state === 'closed' ? 0 : 1);
    });
  }
}

function summaryOf(error: unknown): ErrorSummary {
  const { code, name, message } = describeError(error);
  return { code, name, message };
}
