import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { DecodedEvent } from '@/infrastructure/kafka/schema/event-codec';
import type { LogRecord } from '@/infrastructure/kafka/transport/transport.port';
import { type Causality, type DeliveryContext, type ReplayScope, runDelivered } from '../delivery-context';
import type { Delivery } from '../lanes/delivery';

/** 1 for the first run; a parked row remembers the runs of the handler that failed. */
export const attemptOf = ({ row, attempts }: Pick<Delivery, 'row' | 'attempts'>, handler: string): number =>
  (row && row.handler === handler ? row.attempts : attempts) + 1;

export const contextOf = (
  delivery: Delivery,
  decoded: DecodedEvent,
  handler: HandlerRegistration,
  replay?: ReplayScope,
): DeliveryContext => new Delivered(delivery, decoded, handler, replay);

class Delivered implements DeliveryContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly attempt: number;
  readonly group: string;
  readonly handler: string;
  readonly idempotencyKey: string;
  readonly replay?: ReplayScope;
  readonly #record: LogRecord;

  constructor(
    delivery: Delivery,
    { event, identity }: DecodedEvent,
    { name }: HandlerRegistration,
    replay: ReplayScope | undefined,
  ) {
    const { record, tenure } = delivery;
    this.topic = record.topic;
    this.partition = record.partition;
    this.offset = record.offset;
    this.key = event.key;
    this.attempt = attemptOf(delivery, name);
    this.group = tenure.group;
    this.handler = name;
    this.idempotencyKey = `${name}:${identity}`;
    if (replay) this.replay = replay;
    this.#record = record;
  }

  /** Few ask for them. */
  get headers(): Readonly<Record<string, string>> {
    return ownHeaders(this.#record);
  }
}

/**
 * Runs a handler for an event, inside what links it to the events it publishes. Throws whatever it throws, and answers
 * what it answers, which may be a promise.
 */
export function invoke(
  handler: HandlerRegistration,
  delivery: Delivery,
  decoded: DecodedEvent,
): Promise<unknown> | unknown {
  const context = contextOf(delivery, decoded, handler);
  return runDelivered(context, causalityOf(decoded), () => handler.run(decoded.event, context));
}

export function causalityOf({ event, traceparent }: DecodedEvent): Causality {
  return {
    correlationId: event.correlationId,
    causationId: event.eventId,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function ownHeaders({ headers }: LogRecord): Record<string, string> {
  const own = headers.filter(([name]) => !name.startsWith('ce_') && name !== 'content-type');
  return Object.fromEntries(own.map(([name, value]) => [name, value?.toString('utf8') ?? '']));
}
