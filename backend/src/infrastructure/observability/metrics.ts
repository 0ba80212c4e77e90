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
    help: 'Events that failed, or are behind one of their key that did, and run again',
    labelNames: ['group', 'handler'] as const,
    registers: [this.registry],
    collect: () => this.count(),
  });
  readonly deadLetters = new Gauge({
    name: 'shop_dead_letters',
    help: 'Dead letters that nobody has decided about; without a database, events buried by this process',
    labelNames: ['group', 'handler'] as const,
    registers: [this.registry],
    collect: () => this.count(),
  });
  readonly sagas = new Gauge({
    name: 'shop_sagas',
    help: 'Sagas by type and status; needs_attention waits for a person',
    labelNames: ['type', 'status'] as const,
    registers: [this.registry],
    collect: () => this.count(),
  });
  readonly projectionLag = new Gauge({
    name: 'shop_projection_lag_events',
    help: 'Events recorded in streams that the tables made of them do not show',
    labelNames: ['service', 'projection'] as const,
    registers: [this.registry],
    collect: () => this.count(),
  });
  readonly projectionLagSeconds = new Gauge({
    name: 'shop_projection_lag_seconds',
    help: 'Age of the oldest of these events',
    labelNames: ['service', 'projection'] as const,
    registers: [this.registry],
    collect: () => this.count(),
  });
  readonly accountingRemainder = new Gauge({
    name: 'shop_accounting_remainder',
    help: 'Offsets that do not have exactly one outcome; anything but 0 is a loss or a double effect',
    labelNames: ['group', 'handler', 'topic'] as const,
    registers: [this.registry],
  });
  readonly consumerLag = new Gauge({
    name: 'shop_consumer_lag_seconds',
    help: 'Age of the oldest event that a handler of the group has not come to',
    labelNames: ['group', 'topic'] as const,
    registers: [this.registry],
  });
  readonly expiryNear = new Gauge({
    name: 'shop_expiry_near',
    help: '1 when half the retention has passed over the oldest event that waits for the group',
    labelNames: ['group', 'topic'] as const,
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
  readonly outboxRefused = new Gauge({
    name: 'shop_outbox_refused',
    help: 'Outbox rows that the log does not take; each holds the rows of its aggregate until somebody decides',
    labelNames: ['service'] as const,
    registers: [this.registry],
  });
  readonly outboxRepeats = new Counter({
    name: 'shop_outbox_repeats_total',
    help: 'Outbox rows that this process appended though they were, or may have been, in the log already',
    labelNames: ['service'] as const,
    registers: [this.registry],
  });

  readonly circuitOpen = new Gauge({
    name: 'shop_circuit_open',
    help: '1 while a breaker is open or lets one event through to see, 0 while it is closed',
    labelNames: ['name'] as const,
    registers: [this.registry],
  });

  private readonly counters = new Set<() => Promise<void>>();
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

  /**
   * `count` brings the gauges of retrying and dead events, or of sagas, up to date whenever somebody reads them. Must not
   * reject. Returns how to end that.
   */
  countBy(count: () => Promise<void>): () => void {
    this.counters.add(count);
    return () => this.counters.delete(count);
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

  private async count(): Promise<void> {
    await Promise.all([...this.counters].map((count) => count()));
  }
}
