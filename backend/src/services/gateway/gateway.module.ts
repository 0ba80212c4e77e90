import { Module } from '@nestjs/common';
import { ServiceModule } from '@/infrastructure/service.module';
import { AnalyticsIntakeService } from './analytics-intake.service';
import { AnalyticsBatchController } from './entry/analytics-batch.controller';
import { GatewayRoutes } from './entry/gateway.routes';
import { GATEWAY_SETTINGS, gatewaySettings } from './gateway.environment';

@Module({
  imports: [ServiceModule.stateless('gateway')],
  controllers: [AnalyticsBatchController],
  providers: [
    { provide: GATEWAY_SETTINGS, useFactory: () => gatewaySettings() },
    AnalyticsIntakeService,
    GatewayRoutes,
  ],
})
export class GatewayModule {}
