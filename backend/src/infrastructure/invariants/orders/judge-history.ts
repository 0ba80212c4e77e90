import { type Violation, violation } from '../violation';
import { changesOf, historyOnTopic, type OrderEvent, type OrderFacts, subjectOf } from './order-facts';
import { mayFollow } from './order-way';

/** The order's own events on its topic follow one another as an order can go. */
export function judgeLane(facts: OrderFacts): readonly Violation[] {
  const subject = subjectOf(facts);
  const lane = facts.events.filter(({ topic }) => topic === 'order-events');
  const found: Violation[] = [];
  const illegal = (message: string, events: readonly OrderEvent[]) =>
    found.push(violation('HISTORY_ILLEGAL', subject, message, events));
  const first = lane[0];
  if (
    first &&
    first.eventType !== 'order.created' &&
    lane.some(({ eventType }) => eventType === 'order.created')
  )
    illegal(`begins with ${first.eventType}`, [first]);
  let status = 'pending';
  let before: readonly OrderEvent[] = [];
  for (const change of changesOf(facts)) {
    const { oldStatus = '?', newStatus = '?' } = change.detail ?? {};
    if (oldStatus !== status)
      illegal(`${newStatus} follows ${oldStatus}, and it was ${status}`, [...before, change]);
    else if (!mayFollow(oldStatus, newStatus)) illegal(`${newStatus} cannot follow ${oldStatus}`, [change]);
    status = newStatus;
    before = [change];
  }
  return [...found, ...judgeEndings(facts, lane)];
}

/** The end is told after the change of status that it is the end of. */
function judgeEndings(facts: OrderFacts, lane: readonly OrderEvent[]): readonly Violation[] {
  return ['completed', 'cancelled'].flatMap((status) => {
    const end = lane.findIndex(({ eventType }) => eventType === `order.${status}`);
    const change = lane.findIndex(({ detail }) => detail?.newStatus === status);
    if (end < 0 || change < end) return [];
    const message = `order.${status} comes before the change to ${status}`;
    return [
      violation(
        'HISTORY_ILLEGAL',
        subjectOf(facts),
        message,
        [lane[end], lane[change]].filter((one) => one !== undefined),
      ),
    ];
  });
}

/** What the raw topic makes of the order is what the order service says of it. */
export function judgeRebuild(facts: OrderFacts): readonly Violation[] {
  const { recorded } = facts;
  if (!recorded) return [];
  const told = historyOnTopic(facts);
  const found: Violation[] = [];
  if (told.join() !== recorded.history.join()) {
    const message = `the topic tells ${told.join(', ')}; the order service ${recorded.history.join(', ')}`;
    found.push(violation('HISTORY_DIFFERS', subjectOf(facts), message, changesOf(facts)));
  }
  if (told.at(-1) !== recorded.status) {
    const message = `${told.at(-1)} by the topic, ${recorded.status} by the order service`;
    found.push(violation('STATUS_DIFFERS', subjectOf(facts), message, changesOf(facts).slice(-1)));
  }
  return found;
}
