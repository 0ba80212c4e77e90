import { Injectable } from '@nestjs/common';
import type { SagaListener } from '@/infrastructure/saga/saga-engine';
import { OrderLifecycle } from '../order-lifecycle.service';
import type { ReturnSagaContext } from './return-saga.context';
import { statusAfterReturn } from './status-after-return';

type Advance = Parameters<SagaListener<ReturnSagaContext>['onAdvanced']>[0];

/** The order's status follows its return, in the saga's transaction. */
@Injectable()
export class ReturnSagaListener implements SagaListener<ReturnSagaContext> {
  constructor(private readonly lifecycle: OrderLifecycle) {}

  async onAdvanced({ subject, state, facts }: Advance): Promise<void> {
    const reason = state.reason?.code ?? state.refusedSteps[0]?.refusal.code;
    for (const fact of facts) {
      const to = statusAfterReturn(fact);
      if (to) await this.lifecycle.move(subject, { to, updatedBy: 'return-saga', reason });
    }
  }
}
