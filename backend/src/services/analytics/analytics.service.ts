import { Injectable } from '@nestjs/common';
import type { EventType, ShopEvent } from '@shop/contracts';
import { storableKeyOf } from '@/infrastructure/postgres/storable';
import { type Counters, toCounters } from './domain/counters';
import { AnalyticsRepository } from './state/analytics.repository';

export type AnalyticsEvent = ShopEvent<Extract<EventType, `analytics.${string}`>>;

@Injectable()
export class AnalyticsService {
  constructor(private readonly repository: AnalyticsRepository) {}

  /** Once per event, and once per message id of a browser, however often it arrives. */
  async recordEvent(event: AnalyticsEvent): Promise<void> {
    const { anonymousId, messageId, userId } = event.data;
    await this.repository.record({
      identity: storableKeyOf(
        messageId === undefined
          ? `event:${event.source}:${event.eventId}`
          : `message:${anonymousId ?? ''}:${messageId}`,
      ),
      eventType: event.eventType,
      anonymousId: anonymousId ?? null,
      userId: userId ?? null,
      occurredAt: event.occurredAt,
      data: event.data,
    });
  }

  async counters(): Promise<Counters> {
    const [totals, perMinute] = await Promise.all([this.repository.totals(), this.repository.lastHour()]);
    return toCounters(totals, perMinute, new Date().toISOString());
  }
}
