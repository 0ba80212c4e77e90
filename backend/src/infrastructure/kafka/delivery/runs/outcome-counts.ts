import type { Metrics } from '@/infrastructure/observability/metrics';

export interface HandlerLabels {
  readonly group: string;
  readonly handler: string;
}

interface Count {
  readonly labels: HandlerLabels & { readonly event_type: string; readonly outcome: string };
  events: number;
}

const TOLD_AFTER_MS = 100;

/** Counts many events before it tells the registry once, which costs as much as handling one. */
export class OutcomeCounts {
  private readonly counts = new Map<HandlerLabels, Map<string, Count>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly counter: Metrics['handled']) {}

  /** `labels` is one object for each handler. */
  add(labels: HandlerLabels, eventType: string, outcome: 'handled' | 'repeated'): void {
    let ofHandler = this.counts.get(labels);
    if (!ofHandler) this.counts.set(labels, (ofHandler = new Map()));
    const key = outcome === 'handled' ? eventType : `${eventType} ${outcome}`;
    const count = ofHandler.get(key);
    if (count) count.events += 1;
    else ofHandler.set(key, { labels: { ...labels, event_type: eventType, outcome }, events: 1 });
    this.timer ??= setTimeout(() => this.tell(), TOLD_AFTER_MS).unref();
  }

  private tell(): void {
    this.timer = undefined;
    for (const ofHandler of this.counts.values()) {
      for (const count of ofHandler.values()) {
        if (count.events > 0) this.counter.inc(count.labels, count.events);
        count.events = 0;
      }
    }
  }
}
