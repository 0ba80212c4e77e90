import type { EventEnvelope } from '@shop/contracts';

/** Who did what to what, and where it is written. The event's data stays in the log; only its ids are here. */
export interface TrailEntry {
  readonly actorId: string;
  readonly eventType: string;
  readonly eventId: string;
  readonly source: string;
  readonly orderId: string | null;
  readonly userId: string | null;
  readonly resource: string | null;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly occurredAt: string;
}

const RESOURCE_FIELDS = ['orderId', 'productId', 'cartId', 'promotionId', 'reviewId', 'userId'] as const;

/** Works for every event type, those to come included: it reads ids by their usual names. */
export function trailEntryOf(event: EventEnvelope<string, unknown>): TrailEntry {
  const data = (typeof event.data === 'object' && event.data !== null ? event.data : {}) as Record<
    string,
    unknown
  >;
  const field = (name: string): string | null => (typeof data[name] === 'string' ? data[name] : null);
  const userId = field('userId');
  return {
    actorId: field('actorId') ?? field('updatedBy') ?? userId ?? event.source,
    eventType: event.eventType,
    eventId: event.eventId,
    source: event.source,
    orderId: field('orderId') ?? orderOf(data['details']),
    userId,
    resource: field('resource') ?? resourceOf(field),
    correlationId: event.correlationId,
    causationId: event.causationId ?? null,
    occurredAt: event.occurredAt,
  };
}

/** What an operator did with an order names it among the details of the act. */
function orderOf(details: unknown): string | null {
  const { orderId } = (details ?? {}) as { orderId?: unknown };
  return typeof orderId === 'string' ? orderId : null;
}

function resourceOf(field: (name: string) => string | null): string | null {
  for (const name of RESOURCE_FIELDS) {
    const id = field(name);
    if (id !== null) return `${name.slice(0, -2)}/${id}`;
  }
  return null;
}
