import { fromMinorUnits, toMinorUnits } from '@/infrastructure/money/minor-units';
import { type Violation, violation } from '../violation';
import { type Circumstances, createdOf, type OrderFacts, subjectOf } from './order-facts';
import { isSold } from './order-way';

/** True at any moment, also of an order on its way. */
export function judgeLedger(facts: OrderFacts): readonly Violation[] {
  const { ledger, events } = facts;
  if (!ledger) return [];
  const { captures, refunds, captured, refunded } = ledger;
  const subject = subjectOf(facts);
  const found: Violation[] = [];
  if (captures > 1) found.push(violation('CAPTURED_TWICE', subject, `captured ${captures} times`, events));
  if (refunds > 1) found.push(violation('REFUNDED_TWICE', subject, `refunded ${refunds} times`, events));
  if (refunded > captured) {
    const message = `${refunded} minor units refunded of ${captured} captured`;
    found.push(violation('REFUND_ABOVE_CAPTURE', subject, message, events));
  }
  return found;
}

/** Of an order that has ended: the shop holds its total, or nothing. */
export function judgeMoney(
  facts: OrderFacts,
  status: string,
  { currency: shopCurrency }: Circumstances,
): readonly Violation[] {
  const { captured, refunded } = facts.ledger ?? { captured: 0, refunded: 0 };
  const { totals, currency } = createdOf(facts)?.detail ?? {};
  const unit = currency ?? shopCurrency;
  const owed = isSold(status) ? toMinorUnits(totals?.total ?? 0, unit) : 0;
  const held = captured - refunded;
  if (held === owed) return [];
  const amount = (minor: number | undefined) =>
    minor === undefined ? `${totals?.total} ${unit}` : `${fromMinorUnits(minor, unit)} ${unit}`;
  const message = `${status}: the shop holds ${amount(held)} of it, and ought to hold ${amount(owed)}`;
  return [violation('MONEY_DIFFERS', subjectOf(facts), message, facts.events)];
}

/** Money of an order that nobody has ever heard of. */
export function judgeStrayMoney(facts: OrderFacts): readonly Violation[] {
  const held = (facts.ledger?.captured ?? 0) - (facts.ledger?.refunded ?? 0);
  if (held === 0) return [];
  const message = `${held} minor units are held for an order that was never accepted`;
  return [violation('MONEY_WITHOUT_ORDER', subjectOf(facts), message, facts.events)];
}
