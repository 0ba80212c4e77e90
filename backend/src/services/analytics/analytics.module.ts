import { Module } from '@nestjs/common';
import { ServiceModule } from '@/infrastructure/service.module';
import { AnalyticsService } from './analytics.service';
import { AnalyticsController } from './entry/analytics.controller';
import { AnalyticsEventHandler } from './entry/analytics-event.handler';
import { LiveDashboards } from './live-dashboards';
import { analyticsMigrations } from './state/analytics.migrations';
import { AnalyticsRepository } from './state/analytics.repository';
import { OldEventsRemover } from './state/old-events.remover';

@Module({
  imports: [ServiceModule.for('analytics', { migrations: analyticsMigrations })],
  controllers: [AnalyticsController],
  providers: [AnalyticsRepository, AnalyticsService, LiveDashboards, AnalyticsEventHandler, OldEventsRemover],
})
export class AnalyticsModule {}
