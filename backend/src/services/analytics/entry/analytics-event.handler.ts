import { Injectable } from '@nestjs/common';
import { eventTypes, type PageViewEvent, type ProductViewEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { UnitOfWork } from '@/infrastructure/outbox/unit-of-work';
import { type AnalyticsEvent, AnalyticsService } from '../analytics.service';
import { LiveDashboards } from '../live-dashboards';
import { ANALYTICS_TABLES, AnalyticsRepository } from '../state/analytics.repository';

const isAnalytics = (type: string): type is AnalyticsEvent['eventType'] => type.startsWith('analytics.');

/** Records what users do and moves the dashboards, in real time. */
@Injectable()
@KafkaHandler(eventTypes.filter(isAnalytics), {
  name: 'analytics.analytics-event-handler',
  effects: 'transaction',
  interleaves: true,
  rebuilds: ANALYTICS_TABLES,
})
export class AnalyticsEventHandler {
  constructor(
    private readonly analyticsService: AnalyticsService,
    private readonly repository: AnalyticsRepository,
    private readonly dashboards: LiveDashboards,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async handle(event: PageViewEvent | ProductViewEvent | AnalyticsEvent): Promise<void> {
    await this.unitOfWork.run(() => this.analyticsService.recordEvent(event));
    await this.updateDashboards(event);
  }

  /** Before a replay counts everything anew. */
  async reset(): Promise<void> {
    await this.unitOfWork.run(() => this.repository.empty());
  }

  async updateDashboards(_event: AnalyticsEvent): Promise<void> {
    this.dashboards.changed();
  }
}
