import { type Violation, violation } from '../violation';
import { createdOf, type Movement, type OrderFacts, type OrderLine, subjectOf } from './order-facts';
import { isSold } from './order-way';

/** By its end an order holds what it asked for, or nothing. */
export function judgeOrderStock(facts: OrderFacts, status: string): readonly Violation[] {
  const asked = sumOf(createdOf(facts)?.detail?.items ?? []);
  const held = heldOf(facts.movements);
  const found: Violation[] = [];
  for (const productId of new Set([...asked.keys(), ...held.keys()])) {
    const wanted = isSold(status) ? (asked.get(productId) ?? 0) : 0;
    const has = held.get(productId) ?? 0;
    if (has === wanted) continue;
    const message = `${status}: holds ${has} of product ${productId}, and ought to hold ${wanted}`;
    found.push(violation('ORDER_STOCK_DIFFERS', subjectOf(facts), message, eventsOfStock(facts)));
  }
  return found;
}

export function judgeStrayStock(facts: OrderFacts): readonly Violation[] {
  return [...heldOf(facts.movements)]
    .filter(([, has]) => has !== 0)
    .map(([productId, has]) => {
      const message = `holds ${has} of product ${productId}, and was never accepted`;
      return violation('STOCK_WITHOUT_ORDER', subjectOf(facts), message, eventsOfStock(facts));
    });
}

const eventsOfStock = ({ events }: OrderFacts) => events.filter(({ topic }) => topic === 'inventory-events');

/** A sale takes away what is held already. */
function heldOf(movements: readonly Movement[]): Map<string, number> {
  const signs: Readonly<Record<string, number>> = { reserve: 1, release: -1 };
  return sumOf(
    movements.map(({ productId, quantity, kind }) => ({
      productId,
      quantity: quantity * (signs[kind] ?? 0),
    })),
  );
}

function sumOf(lines: readonly OrderLine[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { productId, quantity } of lines) sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  return sums;
}
