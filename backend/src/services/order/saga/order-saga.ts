import type { SagaEngine } from '@/infrastructure/saga/saga-engine';
import type { SagaView } from '@/infrastructure/saga/saga-queries';
import { hasEnded } from '@/infrastructure/saga/saga-state';
import { sagaId } from '@/infrastructure/saga/saga-store';
import type { SagaWatch } from '@/infrastructure/saga/saga-watch';
import { ORDER_SAGA } from './order-saga.context';
import { OrderNeedsAttentionError, OrderSagaStepError } from './order-saga.errors';

/**
 * Handle of one order's saga. The saga itself is durable and moves on whether or not anyone holds a handle; each
 * method resolves when its step has its outcome, and rejects when that outcome is a failure.
 */
export class OrderSaga {
  private completed: readonly string[] = [];

  constructor(
    readonly orderId: string,
    private readonly engine: SagaEngine,
    private readonly watch: SagaWatch,
    private readonly signal?: AbortSignal,
  ) {}

  /** `'payment'`, `'inventory'`, `'shipment'` as far as they were done when a method last resolved or rejected. */
  get completedSteps(): readonly string[] {
    return this.completed;
  }

  validateOrder(): Promise<void> {
    return this.stepDone('validation');
  }

  processPayment(): Promise<void> {
    return this.stepDone('payment');
  }

  reserveInventory(): Promise<void> {
    return this.stepDone('inventory');
  }

  createShipment(): Promise<void> {
    return this.stepDone('shipment');
  }

  async complete(): Promise<void> {
    const saga = await this.until(({ status }) => status !== 'running');
    if (saga.status !== 'completed') throw new OrderSagaStepError(this.orderId, 'completion', saga.reason);
  }

  /**
   * Has a running saga compensate, and resolves when everything is taken back. Rejects with
   * `ORDER_NEEDS_ATTENTION` when something was refused for good.
   */
  async compensate(): Promise<void> {
    const reason = { code: 'COMPENSATION_REQUESTED', message: 'The saga was asked to compensate.' };
    await this.engine.cancel(ORDER_SAGA, this.orderId, reason, null);
    if (this.completed.includes('shipment')) await this.cancelShipment();
    if (this.completed.includes('inventory')) await this.releaseInventory();
    if (this.completed.includes('payment')) await this.refundPayment();
    const { status } = await this.until((saga) => hasEnded(saga.status));
    if (status === 'needs_attention') throw new OrderNeedsAttentionError(this.orderId);
  }

  cancelShipment(): Promise<void> {
    return this.undone('shipment');
  }

  releaseInventory(): Promise<void> {
    return this.undone('inventory');
  }

  refundPayment(): Promise<void> {
    return this.undone('payment');
  }

  private async stepDone(step: string): Promise<void> {
    const saga = await this.until((view) => isDone(view, step) || view.status !== 'running');
    if (!isDone(saga, step)) throw new OrderSagaStepError(this.orderId, step, saga.reason);
  }

  private async undone(step: string): Promise<void> {
    const saga = await this.until(({ undone, status }) => undone.includes(step) || hasEnded(status));
    if (saga.status === 'needs_attention' && !saga.undone.includes(step)) {
      throw new OrderNeedsAttentionError(this.orderId);
    }
  }

  private async until(isThere: (saga: SagaView) => boolean): Promise<SagaView> {
    const saga = await this.watch.until(sagaId(ORDER_SAGA, this.orderId), isThere, this.signal);
    this.completed = saga.completedSteps;
    return saga;
  }
}

const isDone = ({ history }: SagaView, step: string): boolean =>
  history.some((entry) => entry.kind === 'step_completed' && entry.step === step);
