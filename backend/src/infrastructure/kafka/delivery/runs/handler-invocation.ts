import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { DecodedEvent } from '@/infrastructure/kafka/schema/event-codec';
import { type DeliveryContext, runDelivered } from '../delivery-context';
import { type Delivery, headerText } from '../lanes/delivery';

/** 1 for the first run; a parked row remembers the runs of the handler that failed. */
export const attemptOf = ({ row, attempts }: Pick<Delivery, 'row' | 'attempts'>, handler: string): number =>
  (row && row.handler === handler ? row.attempts : attempts) + 1;

export function contextOf(
  delivery: Delivery,
  { event, identity }: DecodedEvent,
  handler: HandlerRegistration,
): DeliveryContext {
  const { record, tenure } = delivery;
  return {
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    key: event.key,
    attempt: attemptOf(delivery, handler.name),
    group: tenure.group,
    handler: handler.name,
    idempotencyKey: `${handler.name}:${identity}`,
    get headers() {
      return ownHeaders(delivery);
    },
  };
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
  return runDelivered(context, causalityOf(delivery, decoded), () => handler.run(decoded.event, context));
}

export function causalityOf({ record }: Delivery, { event }: DecodedEvent) {
  const traceparent = headerText(record, 'traceparent');
  return {
    correlationId: event.correlationId,
    causationId: event.eventId,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

function ownHeaders({ record }: Delivery): Record<string, string> {
  const own = record.headers.filter(([name]) => !name.startsWith('ce_') && name !== 'content-type');
  return Object.fromEntries(own.map(([name, value]) => [name, value?.toString('utf8') ?? '']));
}
