import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { OrderCreatedEvent } from '@shop/contracts';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { SagaAwaitedInTransactionError } from '@/infrastructure/saga/saga.errors';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { SagaWatch } from '@/infrastructure/saga/saga-watch';
import { OrderSaga } from './order-saga';
import { OrderSagaStepError } from './order-saga.errors';
import { OrderSagaStarter } from './order-saga.starter';

/** Runs an order's saga as one call. */
@Injectable()
export class OrderSagaService implements BeforeApplicationShutdown {
  private readonly shutdown = new AbortController();

  constructor(
    private readonly starter: OrderSagaStarter,
    private readonly engine: SagaEngine,
    private readonly watch: SagaWatch,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Starts the saga unless it runs already, and resolves when it has ended, completed or compensated. Awaiting is a
   * convenience: after a crash another process carries the saga on. Rejects with `ORDER_NEEDS_ATTENTION` when
   * compensation was refused somewhere, and when this process shuts down before the end.
   */
  async executeOrderSaga(orderEvent: OrderCreatedEvent): Promise<void> {
    if (this.unitOfWork.inProgress) throw new SagaAwaitedInTransactionError();
    await this.starter.start(orderEvent);
    const saga = this.sagaOf(orderEvent.data.orderId);
    try {
      await saga.validateOrder();
      await saga.processPayment();
      await saga.reserveInventory();
      await saga.createShipment();
      await saga.complete();
    } catch (error) {
      this.shutdown.signal.throwIfAborted();
      if (!(error instanceof OrderSagaStepError)) throw error;
      await saga.compensate();
    }
  }

  /** A handle on the saga of an order that has been started. */
  sagaOf(orderId: string): OrderSaga {
    return new OrderSaga(orderId, this.engine, this.watch, this.shutdown.signal);
  }

  beforeApplicationShutdown(): void {
    this.shutdown.abort(new Error('The process shuts down; the saga goes on in the next one.'));
  }
}
