import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Metrics } from '@/infrastructure/observability/metrics';
import type { EffectOutcome } from '../delivery-store.port';
import type { Delivery } from '../lanes/delivery';
import type { OutcomeObserver } from '../outcome-observer';
import { attemptOf } from './handler-invocation';
import { type HandlerLabels, OutcomeCounts } from './outcome-counts';

/** Tells metrics, log and watching tests what runs came to. */
export class RunMeter {
  /** One group has one meter. */
  private readonly labels = new Map<HandlerRegistration, HandlerLabels>();
  private readonly counts: OutcomeCounts;

  constructor(
    private readonly metrics: Metrics,
    private readonly observer: OutcomeObserver,
    private readonly logger: Logger,
  ) {
    this.counts = new OutcomeCounts(metrics.handled);
  }

  private labelsOf(group: string, handler: HandlerRegistration): HandlerLabels {
    const known = this.labels.get(handler);
    if (known) return known;
    const labels = { group, handler: handler.name };
    this.labels.set(handler, labels);
    return labels;
  }

  /** The outcome is stored, or needs no row. */
  ended(
    delivery: Delivery,
    handler: HandlerRegistration,
    eventType: string,
    outcome: EffectOutcome,
    seconds: number,
  ): void {
    const { metrics, observer } = this;
    const { record, tenure } = delivery;
    const labels = this.labelsOf(tenure.group, handler);
    const word = outcome === 'handled' ? 'handled' : 'repeated';
    this.counts.add(labels, eventType, word);
    if (outcome === 'handled') {
      metrics.handlerSeconds.observe(labels, seconds);
      metrics.endToEnd.observe({ topic: record.topic }, Math.max(0, Date.now() - record.timestamp) / 1000);
    }
    if (observer.watched) this.tell(delivery, handler.name, eventType, word);
  }

  failed(delivery: Delivery, handler: HandlerRegistration, eventType: string, error: unknown): void {
    const { record, tenure } = delivery;
    const attempt = attemptOf(delivery, handler.name);
    this.metrics.handled.inc({
      group: tenure.group,
      handler: handler.name,
      event_type: eventType,
      outcome: 'failed',
    });
    this.logger.warn(
      { err: error, ...placeOf(delivery), handler: handler.name, attempt },
      'a handler failed',
    );
    if (!this.observer.watched) return;
    this.observer.emit({
      ...observedPlace(delivery),
      handler: handler.name,
      eventType,
      key: record.key?.toString('utf8') ?? null,
      attempt,
      outcome: 'failed',
      error,
    });
  }

  sharedFailed(error: unknown, events: number): void {
    this.logger.debug({ err: error, events }, 'a shared transaction was rolled back; its events run alone');
  }

  parked(delivery: Delivery, handler: string, eventType: string): void {
    if (this.observer.watched) this.tell(delivery, handler, eventType, 'parked');
  }

  dead(delivery: Delivery, handler: string, eventType: string, attempts: number, cause: object): void {
    const { group } = delivery.tenure;
    this.metrics.deadLetters.inc({ group, handler });
    this.metrics.handled.inc({ group, handler, event_type: eventType, outcome: 'dead' });
    this.logger.error({ ...placeOf(delivery), handler, attempts, cause }, 'event is dead');
    if (this.observer.watched) this.tell(delivery, handler, eventType, 'dead');
  }

  ignored(delivery: Pick<Delivery, 'tenure' | 'record'>, eventType: string): void {
    if (this.observer.watched) this.tell(delivery, '*', eventType, 'ignored');
  }

  private tell(
    delivery: Pick<Delivery, 'tenure' | 'record'> & Partial<Delivery>,
    handler: string,
    eventType: string,
    outcome: 'handled' | 'repeated' | 'parked' | 'dead' | 'ignored',
  ): void {
    const { record, row } = delivery;
    const ran = outcome === 'handled' || outcome === 'dead';
    this.observer.emit({
      ...observedPlace(delivery),
      handler,
      eventType,
      key: record.key?.toString('utf8') ?? null,
      attempt: ran ? attemptOf({ row, attempts: delivery.attempts ?? 0 }, handler) : 0,
      outcome,
    });
  }
}

const observedPlace = ({ tenure, record }: Pick<Delivery, 'tenure' | 'record'>) => ({
  group: tenure.group,
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
});

const placeOf = (delivery: Delivery) => ({
  ...observedPlace(delivery),
  offset: String(delivery.record.offset),
});
