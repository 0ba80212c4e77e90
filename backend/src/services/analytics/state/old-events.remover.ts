import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { loggerOf } from '@/infrastructure/observability/logger';
import { AnalyticsRepository } from './analytics.repository';

const HOUR_MS = 3_600_000;
const MORE_MS = 1_000;

/** Keeps the table of events within its time. */
@Injectable()
export class OldEventsRemover implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = loggerOf('analytics');
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly repository: AnalyticsRepository) {}

  onApplicationBootstrap(): void {
    this.again(MORE_MS);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private again(delayMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.remove(), delayMs);
    this.timer.unref();
  }

  private async remove(): Promise<void> {
    const more = await this.repository.removeOld().catch((error: unknown) => {
      this.logger.warn({ err: error }, 'old events could not be removed; trying again in an hour');
      return false;
    });
    this.again(more ? MORE_MS : HOUR_MS);
  }
}
