import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Every signal of ours, by its public name. One instance a process. */
export class Metrics {
  readonly registry = new Registry();

  readonly published = new Counter({
    name: 'shop_events_published_total',
    help: 'Events handed to the outbox or acknowledged by the log, by outcome',
    labelNames: ['topic', 'event_type', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly handled = new Counter({
    name: 'shop_events_handled_total',
    help: 'Runs of handlers by outcome: handled, duplicate, failed, dead',
    labelNames: ['group', 'handler', 'event_type', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly endToEnd = new Histogram({
    name: 'shop_event_end_to_end_seconds',
    help: 'From the time of the event to the stored outcome of a handler',
    labelNames: ['topic'] as const,
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });
  readonly handlerSeconds = new Histogram({
    name: 'shop_handler_seconds',
    help: 'One run of a handler, its transaction included',
    labelNames: ['group', 'handler'] as const,
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  });
  readonly retrying = new Gauge({
    name: 'shop_retrying',
    help: 'Events that failed and wait for their next run',
    labelNames: ['group', 'handler'] as const,
    registers: [this.registry],
  });
  readonly deadLetters = new Counter({
    name: 'shop_dead_letters',
    help: 'Events buried by this process',
    labelNames: ['group', 'handler'] as const,
    registers: [this.registry],
  });
  readonly expired = new Counter({
    name: 'shop_events_expired_total',
    help: 'Offsets that retention removed before the group had read them',
    labelNames: ['group', 'topic'] as const,
    registers: [this.registry],
  });
  readonly outboxPending = new Gauge({
    name: 'shop_outbox_pending',
    help: 'Committed outbox rows that are not in the log yet',
    labelNames: ['service'] as const,
    registers: [this.registry],
  });

  readonly circuitOpen = new Gauge({
    name: 'shop_circuit_open',
    help: '1 while a breaker is open or lets one event through to see, 0 while it is closed',
    labelNames: ['name'] as const,
    registers: [this.registry],
  });

  private produced = 0;
  private produceErrors = 0;
  private produceMs = 0;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Records acknowledged by the log (or refused by it), and how long one append took, in ms. */
  recordAppend(records: number, ms: number, ok: boolean): void {
    if (ok) {
      this.produced += records;
      this.produceMs += ms * records;
    } else {
      this.produceErrors += 1;
    }
  }

  producerSummary(): { messagesProduced: number; errors: number; avgLatency: number } {
    const avgLatency = this.produced === 0 ? 0 : this.produceMs / this.produced;
    return { messagesProduced: this.produced, errors: this.produceErrors, avgLatency };
  }

  /** Runs of handlers that failed since the start of the process. */
  async failedRuns(): Promise<number> {
    const { values } = await this.handled.get();
    return values.reduce((sum, { labels, value }) => sum + (labels.outcome === 'failed' ? value : 0), 0);
  }
}
