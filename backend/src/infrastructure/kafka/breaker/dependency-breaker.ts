import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { dependencyBreakerOptions } from '@/infrastructure/kafka/delivery/delivery.options';
import { CircuitOpenError } from './breaker.errors';
import { Circuit, type CircuitOptions } from './circuit';
import { type Classifier, isNoAnswer, markAsDependencyFailure } from './dependency-failures';

export interface DependencyOptions extends Partial<CircuitOptions> {
  /** Which rejections mean that the dependency is away; any other is an answer. Default: `isNoAnswer`. */
  readonly isFailure?: Classifier;
}

/** Calls of one outgoing dependency by this process. Throws `ConfigurationError` with every fault of the options. */
export class DependencyBreaker {
  readonly circuit: Circuit;
  private readonly isFailure: Classifier;

  constructor(
    readonly name: string,
    { isFailure = isNoAnswer, ...options }: DependencyOptions = {},
  ) {
    this.circuit = new Circuit(checked(name, options));
    this.isFailure = isFailure;
  }

  /** Passes on what the call comes to. While open, throws `CircuitOpenError` at once and does not call. */
  async execute<T>(call: () => Promise<T>): Promise<T> {
    const admitted = this.circuit.admit();
    if (admitted === 'hold') throw new CircuitOpenError(this.name);
    try {
      const value = await call();
      this.circuit.answered(admitted);
      return value;
    } catch (error) {
      if (this.isFailure(error)) {
        markAsDependencyFailure(error);
        this.circuit.failed(admitted, error);
      } else {
        this.circuit.answered(admitted);
      }
      throw error;
    }
  }
}

function checked(dependency: string, options: Partial<CircuitOptions>): CircuitOptions {
  const { success, data, error } = dependencyBreakerOptions.safeParse(options);
  if (success) return data;
  throw new ConfigurationError(
    error.issues.map(({ path, message }) => ({ path: [dependency, ...path].join('.'), message })),
  );
}
