import { CodedError } from '@/infrastructure/errors/coded-error';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import type { SagaAct } from './saga-act';

/** An order has several sagas; ask for one of them by its own id. */
export class AmbiguousSagaError extends CodedError {
  readonly code = 'SAGA_AMBIGUOUS';
  readonly retryable = false;
  override readonly status = 409;

  constructor(orderId: string, ids: readonly string[]) {
    super(`Order '${orderId}' has several sagas: ${ids.join(', ')}. Name one of them.`);
  }
}

/** The saga is where the act can do nothing: it has ended, still goes on, or cannot be taken back any more. */
export class SagaActRefusedError extends CodedError {
  readonly code = 'SAGA_ACT_REFUSED';
  readonly retryable = false;
  override readonly status = 409;

  constructor(act: SagaAct['kind'], { id, status, step }: Pick<SagaView, 'id' | 'status' | 'step'>) {
    super(
      `'${act}' is not for saga '${id}' now: it is ${status}${step === null ? '' : ` at step '${step}'`}.`,
    );
  }
}
