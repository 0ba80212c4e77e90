import {
  type DynamicModule,
  type FactoryProvider,
  Global,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { loggerOf } from '@/infrastructure/observability/logger';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Accounting, accountingOf } from './accounting/accounting';
import { Breakers } from './breaker/breakers';
import { EventConsumerService } from './consumer/event-consumer.service';
import { registerDeclaredHandlers } from './consumer/kafka-handler.explorer';
import { holdAbandonedRejections } from './delivery/abandoned-rejections';
import { DeadLetters } from './dead-letters/dead-letters';
import { deadLettersOf } from './dead-letters/dead-letters-of';
import { KafkaConnections } from './kafka-connections';
import type { KafkaModuleOptions } from './kafka.options';
import { KafkaRuntime } from './kafka-runtime';
import { KafkaRuntimes } from './kafka-runtimes';
import { resolveKafkaSettings } from './kafka.settings';
import { withoutDatabase } from './without-database';
import { EventPublisherService } from './publisher/event-publisher.service';

export const KAFKA_MODULE_OPTIONS = Symbol('KafkaModuleOptions');

export interface KafkaModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly useFactory: (...dependencies: never[]) => KafkaModuleOptions | Promise<KafkaModuleOptions>;
  readonly inject?: FactoryProvider['inject'];
}

const BREAKERS: Provider = {
  provide: Breakers,
  inject: [KafkaConnections],
  useFactory: (connections: KafkaConnections) => connections.breakers,
};

@Global()
@Module({
  providers: [KafkaConnections, KafkaRuntimes, BREAKERS],
  exports: [KafkaConnections, KafkaRuntimes, Breakers],
})
export class KafkaConnectionsModule {}

const providers: Provider[] = [
  {
    provide: KafkaRuntime,
    inject: [KAFKA_MODULE_OPTIONS, KafkaConnections, KafkaRuntimes],
    useFactory: async (
      options: KafkaModuleOptions,
      connections: KafkaConnections,
      runtimes: KafkaRuntimes,
    ) => {
      const runtime = await KafkaRuntime.create(resolveKafkaSettings(options), connections);
      runtimes.add(runtime);
      return runtime;
    },
  },
  {
    provide: EventPublisherService,
    inject: [KafkaRuntime],
    useFactory: (runtime: KafkaRuntime) => runtime.publisher,
  },
  {
    provide: EventConsumerService,
    inject: [KafkaRuntime],
    useFactory: (runtime: KafkaRuntime) => runtime.consumer,
  },
  {
    provide: UnitOfWork,
    inject: [KafkaRuntime],
    useFactory: (runtime: KafkaRuntime) => runtime.stateful?.unitOfWork ?? withoutDatabase(),
  },
  {
    provide: DeadLetters,
    inject: [KafkaRuntime],
    useFactory: (runtime: KafkaRuntime) => deadLettersOf(runtime),
  },
  {
    provide: Accounting,
    inject: [KafkaRuntime],
    useFactory: (runtime: KafkaRuntime) => accountingOf(runtime),
  },
];

const exported = [
  EventPublisherService,
  EventConsumerService,
  UnitOfWork,
  DeadLetters,
  Accounting,
  KafkaRuntime,
];

/**
 * Imported as it stands: the brokers and the group of the environment, no database. `forRoot` and `forRootAsync` take
 * options. Each import with options of its own is a publisher, a consumer group and (with a database) an outbox of
 * its own; the connections are shared.
 */
@Module({
  imports: [KafkaConnectionsModule],
  providers: [{ provide: KAFKA_MODULE_OPTIONS, useValue: {} }, ...providers],
  exports: exported,
})
export class KafkaModule implements OnApplicationBootstrap {
  private letRejectionsGo: () => void = () => undefined;

  constructor(
    @Inject(KafkaRuntime) private readonly runtime: KafkaRuntime,
    @Inject(DeadLetters) private readonly deadLetters: DeadLetters,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  static forRoot(options: KafkaModuleOptions = {}): DynamicModule {
    return KafkaModule.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports, inject, useFactory }: KafkaModuleAsyncOptions): DynamicModule {
    return {
      module: KafkaModule,
      imports: [KafkaConnectionsModule, ...(imports ?? [])],
      providers: [{ provide: KAFKA_MODULE_OPTIONS, inject: inject ?? [], useFactory }, ...providers],
      exports: exported,
    };
  }

  onApplicationBootstrap(): void {
    registerDeclaredHandlers(this.modules, EventConsumerService, this.runtime.consumer);
    this.warnOfSharedGroup();
    this.letRejectionsGo = holdAbandonedRejections();
    this.runtime.start();
    if (this.runtime.stateful) this.deadLetters.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.deadLetters.stop();
    await this.runtime.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.runtime.close();
    this.letRejectionsGo();
  }

  private warnOfSharedGroup(): void {
    const { group, groupIsShared } = this.runtime.settings;
    if (!groupIsShared || !this.runtime.consumes) return;
    loggerOf('kafka').warn(
      { group },
      'the application has no name, so it consumes in the group itself; two different applications there take each ' +
        "other's events: give each a name by the option 'service' or by SERVICE_NAME",
    );
  }
}
