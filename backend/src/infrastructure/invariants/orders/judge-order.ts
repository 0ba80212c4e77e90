import { type Violation, violation } from '../violation';
import { judgeLane, judgeRebuild } from './judge-history';
import { judgeLedger, judgeMoney, judgeStrayMoney } from './judge-money';
import { judgePublished } from './judge-published';
import { judgeOrderStock, judgeStrayStock } from './judge-stock';
import { type Circumstances, createdOf, historyOnTopic, type OrderFacts, subjectOf } from './order-facts';
import { hasEnded } from './order-way';

export interface Verdict {
  /**
   * `running`: too young to judge. `needs_attention`: waits for a person. `beyond_log`: begun before the log begins.
   * `unknown`: nobody accepted it, such as an event of another producer that was refused.
   */
  readonly standing: 'judged' | 'running' | 'needs_attention' | 'beyond_log' | 'unknown';
  readonly violations: readonly Violation[];
}

const OWN_SOURCE = '/order';

/** All that can be told of one order. */
export function judgeOrder(facts: OrderFacts, circumstances: Circumstances): Verdict {
  const ledger = judgeLedger(facts);
  const lane = judgeLane(facts);
  const created = createdOf(facts);
  if (isRunning(facts, circumstances)) return { standing: 'running', violations: [...ledger, ...lane] };
  if (!facts.recorded && created?.source !== OWN_SOURCE) {
    return {
      standing: 'unknown',
      violations: [...ledger, ...judgeStrayMoney(facts), ...judgeStrayStock(facts)],
    };
  }
  if (facts.recorded && facts.recorded.createdAt < circumstances.completeSince) {
    return { standing: 'beyond_log', violations: ledger };
  }
  const status = (created ? historyOnTopic(facts).at(-1) : facts.recorded?.status) ?? 'pending';
  const violations = [
    ...ledger,
    ...lane,
    ...judgeEnd(facts, status),
    ...judgePublished(facts),
    ...judgeRebuild(facts),
  ];
  if (status === 'needs_attention') return { standing: 'needs_attention', violations };
  // How much an order comes to, and what it is of, its event tells; without one that is what is wrong.
  if (!created || !hasEnded(status)) return { standing: 'judged', violations };
  const money = circumstances.ledgerKnown ? judgeMoney(facts, status, circumstances) : [];
  return { standing: 'judged', violations: [...violations, ...money, ...judgeOrderStock(facts, status)] };
}

function judgeEnd(facts: OrderFacts, status: string): readonly Violation[] {
  if (hasEnded(status)) return [];
  const driven = facts.sagas.length === 0 ? 'nothing drives it on' : 'what drives it has not ended';
  return [violation('ORDER_NOT_ENDED', subjectOf(facts), `it is ${status}, and ${driven}`, facts.events)];
}

function isRunning({ events, recorded, sagas }: OrderFacts, circumstances: Circumstances): boolean {
  const { settled, now, youngMs } = circumstances;
  if (settled) return false;
  const since = now - youngMs;
  const moved = events.reduce((last, { at }) => Math.max(last, at), recorded?.updatedAt ?? 0);
  return moved > since || sagas.some(({ deadline }) => deadline !== null && deadline > since);
}
