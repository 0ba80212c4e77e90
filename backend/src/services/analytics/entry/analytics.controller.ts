import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { eventStreams } from '@/infrastructure/http/event-stream';
import { AnalyticsService } from '../analytics.service';
import type { Counters } from '../domain/counters';
import { LiveDashboards } from '../live-dashboards';

@Controller('api/analytics')
export class AnalyticsController {
  constructor(
    private readonly analytics: AnalyticsService,
    private readonly dashboards: LiveDashboards,
  ) {}

  @Get('counters')
  counters(): Promise<Counters> {
    return this.analytics.counters();
  }

  @Get('stream')
  async stream(@Res() reply: FastifyReply): Promise<void> {
    const stream = eventStreams.open(reply);
    try {
      await this.dashboards.add(stream);
    } catch (error) {
      // The answer has begun; the client connects again.
      stream.close();
      throw error;
    }
  }
}
