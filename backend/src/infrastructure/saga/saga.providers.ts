import type { Provider, Type } from '@nestjs/common';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { EventPublisherService } from '@/infrastructure/kafka/publisher/event-publisher.service';
import { NoDatabaseError } from '@/infrastructure/kafka/without-database';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import type { SagaDefinition } from './saga-definition';
import { SagaDefinitions } from './saga-definitions';
import { SagaEngine, type SagaListener } from './saga-engine';
import { SagaQueries } from './saga-queries';
import { SagaRunner } from './saga-runner';
import { SagaWatch } from './saga-watch';

/** A saga with all versions that may still be unfinished somewhere, and who is told of its advances. */
export interface SagaRegistration<Context = never> {
  readonly versions: readonly SagaDefinition<Context>[];
  readonly listener?: Type<SagaListener<Context>>;
}

/** What a service with sagas provides. Its migrations include `sagaMigrations`. */
export function sagaProviders(...sagas: readonly SagaRegistration[]): Provider[] {
  const listeners = sagas.flatMap(({ listener }) => listener ?? []);
  return [
    ...listeners,
    SagaRunner,
    {
      provide: SagaDefinitions,
      inject: listeners,
      useFactory: (...told: SagaListener<never>[]) => {
        const definitions = new SagaDefinitions();
        for (const { versions, listener } of sagas) {
          const itsListener = listener && told[listeners.indexOf(listener)];
          for (const version of versions) definitions.register(version, itsListener);
        }
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
      inject: [KafkaRuntime],
      useFactory: ({ stateful }: KafkaRuntime) => {
        if (!stateful) throw new NoDatabaseError();
        return new SagaQueries(stateful.database);
      },
    },
    {
      provide: SagaWatch,
      inject: [SagaEngine, SagaQueries],
      useFactory: (engine: SagaEngine, queries: SagaQueries) => new SagaWatch(engine, queries),
    },
  ];
}
