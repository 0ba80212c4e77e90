import { inspect } from 'node:util';
import { type BackOff, fullJitter } from '@/infrastructure/concurrency/back-off';
import { WakeUp } from '@/infrastructure/concurrency/wake-up';
import { CodedError } from '@/infrastructure/errors/coded-error';
import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { DecodedEvent, EventCodec } from '@/infrastructure/kafka/schema/event-codec';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import type { Logger } from '@/infrastructure/observability/logger';
import type { Metrics } from '@/infrastructure/observability/metrics';
import { type DeliveryContext, runWithCausality, runWithDelivery } from './delivery-context';
import type { DeliveryStore, Tenure } from './delivery-store.port';
import { FencedError } from './delivery.errors';

export interface RetryPolicy {
  /** Runs of one event before it is buried; `unlimited`: it is never given up. */
  readonly attempts: number | 'unlimited';
  readonly backOff: BackOff;
}

export interface ProcessorOptions {
  readonly codec: EventCodec;
  readonly store: DeliveryStore;
  readonly handlersOf: (eventType: string) => readonly HandlerRegistration[];
  readonly retry: RetryPolicy;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Ends waits and tells a processor that its partition is no longer worth working on. */
export class Stop {
  private readonly wakeUp = new WakeUp();
  requested = false;

  request(): void {
    this.requested = true;
    this.wakeUp.ring();
  }

  wait(ms: number): Promise<void> {
    return this.requested ? Promise.resolve() : this.wakeUp.wait(ms);
  }
}

const BEFORE_ANY_HANDLER = '*';

/**
 * Brings one record to an outcome: handled by every handler of its type, ignored, or dead. A failing run is repeated
 * in place; until it succeeds nothing behind it on the partition runs. Dies the process at any await, the record
 * is delivered again and the inbox leaves out the handlers that have had their effect.
 */
export class RecordProcessor {
  constructor(private readonly options: ProcessorOptions) {}

  /** False when the stop or a new owner came first: the record has no outcome here, and belongs to the next owner. */
  async process(record: LogRecord, tenure: Tenure, stop: Stop): Promise<boolean> {
    try {
      return await this.toOutcome(record, tenure, stop);
    } catch (error) {
      if (!(error instanceof FencedError)) throw error;
      const { group, topic, partition } = tenure;
      this.options.logger.warn({ group, topic, partition, code: error.code }, error.message);
      return false;
    }
  }

  private async toOutcome(record: LogRecord, tenure: Tenure, stop: Stop): Promise<boolean> {
    if (this.isForNobody(record)) return true;
    const decoded = await this.decode(record, tenure, stop);
    if (decoded === 'stopped') return false;
    if (decoded === 'buried') return true;
    for (const handler of this.options.handlersOf(decoded.event.eventType)) {
      if (!(await this.handle(handler, decoded, record, tenure, stop))) return false;
    }
    return true;
  }

  /** Types nobody here handles are not decoded: their schema may be unknown to us, and that is no fault. */
  private isForNobody(record: LogRecord): boolean {
    const type = headerText(record, 'ce_type');
    return type !== undefined && this.options.handlersOf(type).length === 0;
  }

  private async decode(
    record: LogRecord,
    tenure: Tenure,
    stop: Stop,
  ): Promise<DecodedEvent | 'buried' | 'stopped'> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.options.codec.decode(record);
      } catch (error) {
        const final = error instanceof CodedError && !error.retryable;
        if (final && (await this.bury(record, tenure, BEFORE_ANY_HANDLER, attempt, error))) return 'buried';
        if (!final) this.warn(error, record, tenure, BEFORE_ANY_HANDLER, attempt);
        await stop.wait(this.delay(attempt));
        if (stop.requested) return 'stopped';
      }
    }
  }

  private async handle(
    handler: HandlerRegistration,
    decoded: DecodedEvent,
    record: LogRecord,
    tenure: Tenure,
    stop: Stop,
  ): Promise<boolean> {
    const { metrics, store, retry } = this.options;
    const labels = { group: tenure.group, handler: handler.name };
    let waiting = false;
    try {
      for (let attempt = 1; ; attempt++) {
        if (stop.requested) return false;
        const ended = metrics.handlerSeconds.startTimer(labels);
        try {
          const outcome = await store.runOnce({
            tenure,
            record,
            handler: handler.name,
            eventIdentity: decoded.identity,
            effects: handler.options.effects,
            work: () => this.run(handler, decoded, record, tenure, attempt),
          });
          metrics.handled.inc({ ...labels, event_type: decoded.event.eventType, outcome });
          metrics.endToEnd.observe(
            { topic: record.topic },
            Math.max(0, Date.now() - record.timestamp) / 1000,
          );
          return true;
        } catch (error) {
          if (error instanceof FencedError) throw error;
          metrics.handled.inc({ ...labels, event_type: decoded.event.eventType, outcome: 'failed' });
          if (!waiting) metrics.retrying.inc(labels);
          waiting = true;
          this.warn(error, record, tenure, handler.name, attempt);
          const last = retry.attempts !== 'unlimited' && attempt >= retry.attempts;
          if (last && (await this.bury(record, tenure, handler.name, attempt, error))) return true;
        } finally {
          ended();
        }
        await stop.wait(this.delay(attempt));
      }
    } finally {
      if (waiting) metrics.retrying.dec(labels);
    }
  }

  private async run(
    handler: HandlerRegistration,
    { event, identity }: DecodedEvent,
    record: LogRecord,
    tenure: Tenure,
    attempt: number,
  ): Promise<unknown> {
    const traceparent = headerText(record, 'traceparent');
    const context: DeliveryContext = {
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      key: event.key,
      attempt,
      group: tenure.group,
      handler: handler.name,
      idempotencyKey: `${handler.name}:${identity}`,
      headers: ownHeaders(record),
    };
    const causality = {
      correlationId: event.correlationId,
      causationId: event.eventId,
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    return runWithCausality(causality, () =>
      runWithDelivery(context, async () => handler.run(event, context)),
    );
  }

  /** False when the letter could not be written: then the record keeps its place and is tried again. */
  private async bury(record: LogRecord, tenure: Tenure, handler: string, attempts: number, error: unknown) {
    const cause = causeOf(error);
    try {
      await this.options.store.bury(tenure, { group: tenure.group, handler, record, attempts, cause });
    } catch (failure) {
      if (failure instanceof FencedError) throw failure;
      this.warn(failure, record, tenure, handler, attempts);
      return false;
    }
    this.options.metrics.deadLetters.inc({ group: tenure.group, handler });
    this.options.logger.error({ ...place(record, tenure, handler), attempts, cause }, 'event is dead');
    return true;
  }

  private delay(attempt: number): number {
    return fullJitter(this.options.retry.backOff, attempt, Math.random());
  }

  private warn(error: unknown, record: LogRecord, tenure: Tenure, handler: string, attempt: number): void {
    this.options.logger.warn(
      { err: error, ...place(record, tenure, handler), attempt },
      'event waits for another run',
    );
  }
}

const place = ({ topic, partition, offset }: LogRecord, { group }: Tenure, handler: string) => ({
  group,
  handler,
  topic,
  partition,
  offset: String(offset),
});

/** Handlers may throw anything, also nothing. */
function causeOf(error: unknown): { code: string; message: string; name: string } {
  if (error instanceof CodedError) return { code: error.code, message: error.message, name: error.name };
  const code = 'HANDLER_FAILED';
  if (error instanceof Error) return { code, message: `${error.message}`, name: `${error.name}` };
  // Not `String`, which itself throws for an object without a prototype.
  return { code, message: inspect(error, { depth: 0, customInspect: false }), name: typeof error };
}

function headerText(record: LogRecord, name: string): string | undefined {
  return record.headers.findLast(([header]) => header === name)?.[1]?.toString('utf8');
}

function ownHeaders(record: LogRecord): Record<string, string> {
  const own = record.headers.filter(([name]) => !name.startsWith('ce_') && name !== 'content-type');
  return Object.fromEntries(own.map(([name, value]) => [name, value?.toString('utf8') ?? '']));
}
