/** Written down a second time on purpose: the check does not take the order service's word for what an order may do. */
const RANKS: Readonly<Record<string, number>> = {
  pending: 0,
  validated: 1,
  paid: 2,
  reserved: 2,
  shipped: 4,
  completed: 5,
};

const AFTER_THE_WAY: Readonly<Record<string, readonly string[]>> = {
  completed: ['return_requested'],
  cancelled: [],
  needs_attention: ['cancelled', 'returned', 'return_refused'],
  return_requested: ['returned', 'return_refused', 'needs_attention'],
  returned: [],
  return_refused: [],
};

const ENDS = new Set(['completed', 'cancelled', 'needs_attention', 'returned', 'return_refused']);

/** Nothing follows of itself. */
export const hasEnded = (status: string): boolean => ENDS.has(status);

/** Payment and reservation come in either order, by the flow. */
export function mayFollow(from: string, to: string): boolean {
  const following = AFTER_THE_WAY[from];
  if (following) return following.includes(to);
  if (to === 'cancelled' || to === 'needs_attention') return true;
  const [before, after] = [RANKS[from], RANKS[to]];
  if (before === undefined || after === undefined) return false;
  return after > before || (before === after && from !== to);
}

/** The customer has the goods, so the shop keeps the money. */
export const isSold = (status: string): boolean => status === 'completed' || status === 'return_refused';
