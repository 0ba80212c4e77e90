import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EventStream } from '@/infrastructure/http/event-stream';
import { loggerOf } from '@/infrastructure/observability/logger';
import { AnalyticsService } from './analytics.service';
import type { Counters } from './domain/counters';

const AFTER_A_CHANGE_MS = 200;
/** For events that another process handled. */
const OTHERWISE_MS = 1_000;

/**
 * Keeps open dashboards up to date. One look at the counters serves all of them, soon after a change; nobody looks
 * while no dashboard is open.
 */
@Injectable()
export class LiveDashboards implements OnApplicationShutdown {
  private readonly logger = loggerOf('analytics');
  private readonly streams = new Set<EventStream>();
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Number.POSITIVE_INFINITY;
  private looking = false;
  private changedMeanwhile = false;
  private shown = '';

  constructor(private readonly analytics: AnalyticsService) {}

  /** Shows the counters at once and whenever they change. */
  async add(stream: EventStream): Promise<void> {
    stream.send({ event: 'counters', data: await this.analytics.counters() });
    this.streams.add(stream);
    stream.onClose(() => this.streams.delete(stream));
    this.lookWithin(OTHERWISE_MS);
  }

  changed(): void {
    this.changedMeanwhile = this.looking;
    this.lookWithin(AFTER_A_CHANGE_MS);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
    this.streams.clear();
  }

  private lookWithin(delayMs: number): void {
    const at = performance.now() + delayMs;
    if (this.streams.size === 0 || this.looking || at >= this.dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => void this.look(), delayMs);
  }

  private async look(): Promise<void> {
    this.dueAt = Number.POSITIVE_INFINITY;
    this.looking = true;
    try {
      this.show(await this.analytics.counters());
    } catch (error) {
      this.logger.warn({ err: error }, 'dashboards could not be brought up to date; looking again');
    } finally {
      this.looking = false;
      this.lookWithin(this.changedMeanwhile ? AFTER_A_CHANGE_MS : OTHERWISE_MS);
      this.changedMeanwhile = false;
    }
  }

  private show(counters: Counters): void {
    const { at: _, ...facts } = counters;
    const now = JSON.stringify(facts);
    if (now === this.shown) return;
    const late = [...this.streams].filter((stream) => !stream.ready);
    for (const stream of this.streams) if (stream.ready) stream.send({ event: 'counters', data: counters });
    // A dashboard that reads slowly gets the newest figures at a later look.
    this.shown = late.length === 0 ? now : '';
  }
}
