import { type DynamicModule, Global, Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { type ServiceName, topicNames } from '@shop/contracts';
import { KafkaModule } from '@/infrastructure/kafka/kafka.module';
import type { KafkaModuleOptions } from '@/infrastructure/kafka/kafka.options';
import { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { Platform } from '@/infrastructure/platform/platform';
import { checkTopology } from '@/infrastructure/platform/topology-check';
import { Database } from '@/infrastructure/postgres/database';
import type { Migrations } from '@/infrastructure/postgres/migrate';

export interface ServiceOptions {
  readonly migrations: Migrations;
  /** Instead of `<group base>.<service>`. */
  readonly group?: string;
  readonly maxConnections?: number;
  /** Money, stock and orders wait: what comes after a dead event of theirs depends on it. */
  readonly onDead?: 'wait' | 'flow';
  readonly delivery?: KafkaModuleOptions['delivery'];
}

@Global()
@Module({})
export class PlatformModule {
  /** The platform outlives the container: it is stopped by whoever started it, after the application has closed. */
  static with(platform: Platform): DynamicModule {
    return {
      module: PlatformModule,
      providers: [{ provide: Platform, useValue: platform }],
      exports: [Platform],
    };
  }
}

const SERVICE_NAME = Symbol('service name');

/** What every service imports: its schema, its unit of work, its publisher and its consumer group. */
@Module({})
export class ServiceModule implements OnApplicationBootstrap {
  constructor(
    @Inject(SERVICE_NAME) private readonly service: ServiceName,
    @Inject(KafkaRuntime) private readonly runtime: KafkaRuntime,
  ) {}

  static for(
    service: ServiceName,
    { migrations, group, maxConnections, onDead, delivery }: ServiceOptions,
  ): DynamicModule {
    const kafka = KafkaModule.forRootAsync({
      inject: [Platform],
      useFactory: (platform: Platform) => ({
        ...common(service, platform),
        ...(group === undefined ? {} : { group }),
        ...(onDead === undefined ? {} : { onDead }),
        ...(delivery === undefined ? {} : { delivery }),
        database: {
          url: platform.databaseUrl,
          migrations,
          ...(maxConnections === undefined ? {} : { maxConnections }),
        },
      }),
    });
    const stateful = <Part extends 'database' | 'unitOfWork'>(runtime: KafkaRuntime, part: Part) => {
      if (!runtime.stateful) throw new Error(`${service} has no database.`);
      return runtime.stateful[part];
    };
    return {
      module: ServiceModule,
      imports: [kafka],
      providers: [
        { provide: SERVICE_NAME, useValue: service },
        {
          provide: Database,
          inject: [KafkaRuntime],
          useFactory: (runtime: KafkaRuntime) => stateful(runtime, 'database'),
        },
        {
          provide: UnitOfWork,
          inject: [KafkaRuntime],
          useFactory: (runtime: KafkaRuntime) => stateful(runtime, 'unitOfWork'),
        },
      ],
      exports: [kafka, Database, UnitOfWork],
    };
  }

  /** A service without tables: it publishes directly, resolved after the acknowledgement of all replicas. */
  static stateless(service: ServiceName): DynamicModule {
    const kafka = KafkaModule.forRootAsync({
      inject: [Platform],
      useFactory: (platform: Platform) => ({ ...common(service, platform), logUrl: platform.databaseUrl }),
    });
    return {
      module: ServiceModule,
      imports: [kafka],
      providers: [{ provide: SERVICE_NAME, useValue: service }],
      exports: [kafka],
    };
  }

  onApplicationBootstrap(): void {
    checkTopology(this.service, this.runtime.consumer.handlers());
  }
}

const common = (service: ServiceName, platform: Platform) => ({
  service,
  engine: platform.settings.engine,
  builtInTopics: topicNames,
  // A process with a name of its own gets its partitions back at once when it starts again.
  ...(platform.settings.INSTANCE_ID === undefined ? {} : { instanceId: platform.settings.INSTANCE_ID }),
});
