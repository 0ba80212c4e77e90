import { Injectable } from '@nestjs/common';
import type { SagaListener } from '@/infrastructure/saga/saga-engine';
import { statusAfter } from '../domain/status-after';
import { OrderLifecycle } from '../order-lifecycle.service';
import type { OrderSagaContext } from './order-saga.context';

type Advance = Parameters<SagaListener<OrderSagaContext>['onAdvanced']>[0];

/** The order's status follows its saga, in the saga's transaction. */
@Injectable()
export class OrderSagaListener implements SagaListener<OrderSagaContext> {
  constructor(private readonly lifecycle: OrderLifecycle) {}

  async onAdvanced({ subject, state, facts }: Advance): Promise<void> {
    for (const fact of facts) {
      const to = statusAfter(fact);
      if (to) await this.lifecycle.move(subject, { to, updatedBy: 'order-saga', reason: state.reason?.code });
    }
  }
}
