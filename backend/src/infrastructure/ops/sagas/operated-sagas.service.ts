import { Inject, Injectable } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import type { SagaFilter } from '@/infrastructure/saga/saga-filter';
import { type SagaCount, type SagaPosition, SagaQueries } from '@/infrastructure/saga/saga-queries';
import { SagaStore } from '@/infrastructure/saga/saga-store';
import type { SagaView } from '@/infrastructure/saga/saga-view';
import { auditBy, type RecordAct } from '../operator-audit';
import { isReached, type SagaAct, type SagaActed } from './saga-act';
import { auditOf } from './saga-audit';
import { SagaActRefusedError } from './sagas.errors';

/** The sagas of one service for operators. A service that lists it among its providers shows its sagas to them. */
@Injectable()
export class OperatedSagas {
  private readonly store: SagaStore;
  private readonly record: RecordAct;

  constructor(
    @Inject(SagaEngine) private readonly engine: SagaEngine,
    @Inject(SagaQueries) private readonly queries: SagaQueries,
    @Inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @Inject(EventPublisherService) publisher: EventPublisherService,
  ) {
    this.store = new SagaStore(unitOfWork);
    this.record = auditBy(publisher);
  }

  list(filter: SagaFilter, limit: number, after?: SagaPosition) {
    return this.queries.list(filter, limit, after);
  }

  counts(): Promise<SagaCount[]> {
    return this.queries.counts();
  }

  find(id: string): Promise<SagaView | undefined> {
    return this.queries.find(id);
  }

  /**
   * Undefined where there is no such saga here. What it changes and its entry in the audit trail commit together;
   * an act that changes nothing, since it is repeated, leaves none. Throws `SagaActRefusedError` where it can do nothing.
   */
  async act(id: string, act: SagaAct, by: string): Promise<SagaActed | undefined> {
    const found = await this.find(id);
    if (!found) return undefined;
    const { type, orderId } = found;
    return this.unitOfWork.run(async (session) => {
      const before = await this.store.lock(type, orderId);
      const moved = await this.perform(act, type, orderId);
      const after = await new SagaQueries(session).find(found.id);
      if (!before || !after) throw new Error(`Saga '${found.id}' is gone while it was acted on.`);
      const done = after.history.slice(before.historyLength).filter(({ kind }) => kind !== 'ignored');
      const acted = { ...after, act: act.kind, done };
      if (moved) await this.record(auditOf(acted, act, by));
      else if (!isReached(act.kind, after.status)) throw new SagaActRefusedError(act.kind, after);
      return acted;
    });
  }

  private perform(act: SagaAct, type: string, subject: string): Promise<boolean> {
    switch (act.kind) {
      case 'resume':
        return this.engine.resume(type, subject);
      case 'retry-step':
        return this.engine.retryStep(type, subject);
      case 'compensate':
        return this.engine.compensateNow(type, subject, {
          code: 'COMPENSATED_BY_OPERATOR',
          message: act.reason,
        });
      case 'resolve':
        return this.engine.markResolved(type, subject, {
          code: 'RESOLVED_BY_OPERATOR',
          message: act.reason,
        });
    }
  }
}
