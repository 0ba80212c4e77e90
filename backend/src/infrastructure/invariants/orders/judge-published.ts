import { type Violation, violation } from '../violation';
import { type OrderFacts, ofType, subjectOf } from './order-facts';

/** The state of a service's row, and the event that was committed with it. */
const TOLD_BY = {
  payment: {
    succeeded: 'payment.completed',
    failed: 'payment.failed',
    voided: 'payment.refunded',
    refunded: 'payment.refunded',
    refund_refused: 'payment.refund.failed',
  },
  reservation: {
    reserved: 'inventory.reserved',
    sold: 'inventory.reserved',
    failed: 'inventory.reservation.failed',
    released: 'inventory.released',
  },
  shipment: {
    created: 'shipment.created',
    failed: 'shipment.failed',
    cancelled: 'shipment.cancelled',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

const TOLD_BY_STATUS: Readonly<Record<string, string>> = {
  completed: 'order.completed',
  cancelled: 'order.cancelled',
};

/** What the services' rows say was committed is on the topics. `order.status.updated` is the history's. */
export function judgePublished(facts: OrderFacts): readonly Violation[] {
  const wanted = new Map<string, string>();
  if (facts.recorded) wanted.set('order.created', 'the order service has the order');
  for (const status of facts.recorded?.history ?? []) {
    const type = TOLD_BY_STATUS[status];
    if (type !== undefined) wanted.set(type, `the order was ${status}`);
  }
  for (const [part, types] of Object.entries(TOLD_BY)) {
    const state = facts[part as keyof typeof TOLD_BY];
    const type = state === undefined ? undefined : (types as Readonly<Record<string, string>>)[state];
    if (type !== undefined) wanted.set(type, `the ${part} is ${state}`);
  }
  const missing = [...wanted]
    .filter(([type]) => ofType(facts, type).length === 0)
    .map(([type, why]) =>
      violation('EVENT_MISSING', subjectOf(facts), `${why}, and no ${type} is on its topic`, facts.events),
    );
  return [...missing, ...judgeHeard(facts), ...judgeEnds(facts)];
}

/** An event that a saga has had was there. */
function judgeHeard(facts: OrderFacts): readonly Violation[] {
  const there = new Set(facts.events.map(({ eventId }) => eventId));
  return [...new Set(facts.heard)]
    .filter((eventId) => !there.has(eventId))
    .map((eventId) => {
      const message = `its saga has had event ${eventId}, which is on no topic`;
      return violation('EVENT_MISSING', subjectOf(facts), message, facts.events);
    });
}

/** An end on the topic that the order service does not know. */
function judgeEnds(facts: OrderFacts): readonly Violation[] {
  const { recorded } = facts;
  if (!recorded) return [];
  return Object.entries(TOLD_BY_STATUS).flatMap(([status, type]) => {
    const told = ofType(facts, type);
    if (told.length === 0 || recorded.history.includes(status)) return [];
    const message = `${type} is on its topic, and the order was never ${status}`;
    return [violation('EVENT_UNRECORDED', subjectOf(facts), message, told)];
  });
}
