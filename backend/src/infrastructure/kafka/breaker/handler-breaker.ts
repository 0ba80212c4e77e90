import { HandlerTimeoutError } from '@/infrastructure/concurrency/time-out.errors';
import { type BreakerOptions } from '@/infrastructure/kafka/delivery/delivery.options';
import { Circuit, type Admission, type Admitted, type CircuitState } from './circuit';
import { type Classifier, classifier } from './dependency-failures';

/**
 * Holds a handler's events while what it depends on is away. A failure of its own (a bug, a refusal) neither opens it
 * nor counts towards opening; of a probe it is an answer and closes it.
 */
export class HandlerBreaker {
  readonly circuit: Circuit;
  private readonly isDependencyFailure: Classifier;

  constructor(
    /** `<group>/<handler>` */
    readonly name: string,
    options: BreakerOptions,
  ) {
    this.circuit = new Circuit(options);
    this.isDependencyFailure = classifier(options.dependencyErrors);
  }

  get state(): CircuitState {
    return this.circuit.state;
  }

  /** Asked before a run. What is admitted is settled once, with what was answered here. */
  admit(): Admission {
    return this.circuit.admit();
  }

  succeeded(admitted: Admitted): void {
    this.circuit.answered(admitted);
  }

  failed(error: unknown, admitted: Admitted): { readonly classed: 'dependency' | 'own' } {
    // A probe that hangs has had no answer.
    const noAnswer = admitted === 'probe' && error instanceof HandlerTimeoutError;
    if (noAnswer || this.isDependencyFailure(error)) {
      this.circuit.failed(admitted, error);
      return { classed: 'dependency' };
    }
    if (admitted === 'probe') this.circuit.answered(admitted);
    return { classed: 'own' };
  }

  /** The handler was not run after all: the event had its effect before, or its partition went to another owner. */
  withdrawn(admitted: Admitted): void {
    this.circuit.withdrawn(admitted);
  }

  /** Held events are looked at again when it is told `half-open` (for one) or `closed` (for all). */
  onChange(listener: (state: CircuitState) => void): () => void {
    return this.circuit.onChange(listener);
  }
}
