import type { Provider } from '@nestjs/common';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Database } from '@/infrastructure/postgres/database';
import { SagaDefinitions } from '@/infrastructure/saga/saga-definitions';
import { SagaEngine } from '@/infrastructure/saga/saga-engine';
import { SagaQueries } from '@/infrastructure/saga/saga-queries';
import { SagaRunner } from '@/infrastructure/saga/saga-runner';
import { SagaWatch } from '@/infrastructure/saga/saga-watch';
import { orderSagaV1 } from './order-saga.definition';
import { OrderSagaListener } from './order-saga.listener';
import { OrderSagaService } from './order-saga.service';
import { OrderSagaStarter } from './order-saga.starter';

export const orderSagaProviders: Provider[] = [
  OrderSagaListener,
  OrderSagaStarter,
  OrderSagaService,
  SagaRunner,
  {
    provide: SagaDefinitions,
    inject: [OrderSagaListener],
    useFactory: (listener: OrderSagaListener) => {
      const definitions = new SagaDefinitions();
      definitions.register(orderSagaV1, listener);
      return definitions;
    },
  },
  {
    provide: SagaEngine,
    inject: [UnitOfWork, EventPublisherService, SagaDefinitions],
    useFactory: (unitOfWork: UnitOfWork, publisher: EventPublisherService, definitions: SagaDefinitions) =>
      new SagaEngine(unitOfWork, publisher, definitions),
  },
  {
    provide: SagaQueries,
    inject: [Database],
    useFactory: (database: Database) => new SagaQueries(database),
  },
  {
    provide: SagaWatch,
    inject: [SagaEngine, SagaQueries],
    useFactory: (engine: SagaEngine, queries: SagaQueries) => new SagaWatch(engine, queries),
  },
];
