import { CodedError } from '@/infrastructure/errors/coded-error';

const LOOK_AGAIN_MS = 250;

/** Fewer brokers answer than the topics need replicas. */
export class TooFewBrokersError extends CodedError {
  readonly code = 'TOO_FEW_BROKERS';
  readonly retryable = true;

  constructor(found: number, wanted: number) {
    super(`Of ${wanted} brokers ${found} can be reached.`);
  }
}

/** Tries again until it works, the deadline (of `performance.now()`) passes, or trying again cannot help. */
export async function patiently<T>(deadline: number, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const hopeless = !(error instanceof CodedError) || !error.retryable;
      if (hopeless || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
