import type { DynamicModule, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { ConfigurationError } from '@/infrastructure/config/configuration.error';
import { HealthModule } from '@/infrastructure/kafka/health/health.module';
import { KafkaConnectionsModule } from '@/infrastructure/kafka/kafka.module';
import { OpsModule } from '@/infrastructure/ops/ops.module';
import type { Platform } from '@/infrastructure/platform/platform';
import { SecurityModule } from '@/infrastructure/security/security.module';
import { PlatformModule } from '@/infrastructure/service.module';
import { type RunnableService, serviceModules } from '@/services/services';

/** The services of this process, chosen by `SERVICES`. */
@Module({})
export class AppModule {
  static async for(platform: Platform): Promise<DynamicModule> {
    const modules: Type[] = [];
    for (const service of chosen(platform.settings.SERVICES)) modules.push(await serviceModules[service]());
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(platform),
        SecurityModule.forRoot(),
        KafkaConnectionsModule,
        HealthModule,
        OpsModule,
        ...modules,
      ],
    };
  }
}

function chosen(value: string): readonly RunnableService[] {
  const known = Object.keys(serviceModules) as RunnableService[];
  if (value === 'all') return known;
  const names = value.split(',').map((name) => name.trim());
  const faults = names
    .filter((name) => !(name in serviceModules))
    .map((name) => ({ path: 'SERVICES', message: `'${name}' is not one of ${known.join(', ')}, or all` }));
  if (faults.length > 0) throw new ConfigurationError(faults);
  return [...new Set(names)] as RunnableService[];
}
