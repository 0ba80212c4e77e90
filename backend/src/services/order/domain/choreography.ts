import type { OrderStatus } from './order-status';
import type { OrderFault } from './validate-order';

/** What other services have done for an order and may have to take back. */
export type Part = 'payment' | 'inventory' | 'shipment';

const PARTS: readonly Part[] = ['shipment', 'inventory', 'payment'];

export interface Choreography {
  /** Why the order is taken back; null while it goes forward. */
  readonly failure: OrderFault | null;
  /** Parts that must be taken back before the order has ended. */
  readonly required: readonly Part[];
  /** Parts known to be taken back; the word may come before the reason for it. */
  readonly undone: readonly Part[];
  readonly refused: readonly Part[];
}

export const newChoreography: Choreography = { failure: null, required: [], undone: [], refused: [] };

export type ChoreographyInput =
  | { readonly kind: 'reserved' | 'paid' | 'shipped' }
  /** A service gave up, and the services before it take their parts back by themselves. */
  | { readonly kind: 'failed'; readonly part: Part; readonly fault: OrderFault }
  /** Nobody else knows: every part has to be asked. */
  | { readonly kind: 'taken_back'; readonly fault: OrderFault }
  | { readonly kind: 'undone' | 'undo_refused'; readonly part: Part };

export interface ChoreographyOutcome {
  readonly state: Choreography;
  readonly moves: readonly OrderStatus[];
  /** Parts to ask to be taken back. */
  readonly ask: readonly Part[];
}

/** The parts done before a given one fails. */
const BEFORE: Readonly<Record<Part, readonly Part[]>> = {
  inventory: [],
  payment: ['inventory'],
  shipment: ['payment', 'inventory'],
};

export function follow(state: Choreography, input: ChoreographyInput): ChoreographyOutcome {
  switch (input.kind) {
    case 'reserved':
    case 'paid':
      return { state, moves: state.failure ? [] : [input.kind], ask: [] };
    case 'shipped':
      return { state, moves: state.failure ? [] : ['shipped', 'completed'], ask: [] };
    case 'failed':
      return settle(fail(state, input.fault, BEFORE[input.part]), []);
    case 'taken_back':
      return settle(fail(state, input.fault, PARTS), state.failure ? [] : PARTS);
    case 'undone':
      return settle({ ...state, undone: [...new Set([...state.undone, input.part])] }, []);
    case 'undo_refused':
      return settle({ ...state, refused: [...new Set([...state.refused, input.part])] }, []);
  }
}

function fail(state: Choreography, failure: OrderFault, required: readonly Part[]): Choreography {
  return state.failure ? state : { ...state, failure, required };
}

function settle(state: Choreography, ask: readonly Part[]): ChoreographyOutcome {
  const { failure, required, undone, refused } = state;
  const open = required.filter((part) => !undone.includes(part) && !refused.includes(part));
  if (!failure || open.length > 0) return { state, moves: [], ask };
  const atRisk = required.some((part) => refused.includes(part) && !undone.includes(part));
  return { state, moves: [atRisk ? 'needs_attention' : 'cancelled'], ask };
}
