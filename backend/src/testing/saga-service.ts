import { randomUUID } from 'node:crypto';
import type { EventType, ShopEvent } from '@shop/contracts';
import { OperatedSagas } from '@/infrastructure/ops/sagas/operated-sagas.service';
import type { RemoteStep, SagaDefinition } from '@/infrastructure/saga/saga-definition';
import { SagaDefinitions } from '@/infrastructure/saga/saga-definitions';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { SagaQueries } from '@/infrastructure/saga/saga-queries';
import { sagaMigrations } from '@/infrastructure/saga/saga.migrations';
import { type ServiceState, serviceState } from './service-state';

interface Context {
  readonly orderId: string;
  readonly currency: string;
}

function remote(
  name: string,
  replies: RemoteStep<Context>['replies'],
  undo: RemoteStep<Context>['undo']['replies'],
): RemoteStep<Context> {
  const ask = (what: string) => (context: Context) => ({
    eventType: 'payment.refund.requested' as const,
    data: { orderId: context.orderId, reason: `${what} ${name}` },
  });
  return {
    kind: 'remote',
    name,
    deadlineMs: 60_000,
    request: ask('do'),
    replies,
    undo: { request: ask('undo'), replies: undo, repeat: { firstMs: 60_000, maxMs: 60_000 } },
  };
}

const definitionOf = (type: string): SagaDefinition<Context> => ({
  type,
  version: 1,
  steps: [
    remote(
      'payment',
      { done: 'payment.completed', failed: 'payment.failed' },
      { done: 'payment.refunded', refused: 'payment.refund.failed' },
    ),
    remote(
      'shipment',
      { done: 'shipment.created', failed: 'shipment.failed' },
      { done: 'shipment.cancelled' },
    ),
  ],
});

/** A service that has sagas of these types, payment before shipment, on a database of its own; nobody answers it. */
export class SagaService {
  private constructor(
    readonly state: ServiceState,
    readonly engine: SagaEngine,
    readonly operated: OperatedSagas,
  ) {}

  static async start(name: 'order' | 'shipping', types: readonly string[]): Promise<SagaService> {
    const state = await serviceState(name, sagaMigrations);
    const { unitOfWork, publisher, database } = state;
    const definitions = new SagaDefinitions();
    for (const type of types) definitions.register(definitionOf(type));
    const engine = new SagaEngine(unitOfWork, publisher, definitions);
    const operated = new OperatedSagas(engine, new SagaQueries(database), unitOfWork, publisher);
    return new SagaService(state, engine, operated);
  }

  async begin(type: string, orderId: string = randomUUID()): Promise<string> {
    await this.engine.start(type, orderId, { orderId, currency: 'EUR' }, null);
    return orderId;
  }

  reply(type: string, orderId: string, eventType: EventType, data: Record<string, unknown> = {}) {
    const event = { eventId: randomUUID(), eventType, data, schemaVersion: 1 } as unknown as ShopEvent;
    return this.engine.reply(type, orderId, event);
  }

  /** An order that is paid, cannot be shipped, and whose refund is refused. */
  async stuck(orderId?: string): Promise<string> {
    const id = await this.begin('order', orderId);
    await this.reply('order', id, 'payment.completed');
    await this.reply('order', id, 'shipment.failed', { code: 'NO_CARRIER', message: 'Nobody goes there.' });
    await this.reply('order', id, 'payment.refund.failed', {
      code: 'CHARGE_DISPUTED',
      message: 'The charge is disputed.',
      amountAtRisk: 59.02,
    });
    return id;
  }

  /** What was asked of other services for an order. */
  async asked(orderId: string): Promise<unknown[]> {
    const requests = await this.state.publishedOf('payment.refund.requested');
    return requests.filter((data) => data.orderId === orderId).map(({ reason }) => reason);
  }

  trail() {
    return this.state.publishedOf('audit.recorded');
  }
}
