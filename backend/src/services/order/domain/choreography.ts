import type { OrderStatus } from './order-status';
import type { OrderFault } from './validate-order';

/** What other services have done for an order and may have to take back. */
export type Part = 'payment' | 'inventory' | 'shipment';

/** In the order in which they are done. */
const WAY: readonly Part[] = ['inventory', 'payment', 'shipment'];
const WAY_BACK: readonly Part[] = WAY.toReversed();

const ANSWER_WITHIN_MS: Readonly<Record<Part, number>> = {
  inventory: 60_000,
  payment: 120_000,
  shipment: 60_000,
};
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;
/** With these pauses about a day, as a saga asks; what is not answered by then is left to a person. */
const MOST_ASKS = 148;

export interface Choreography {
  /** The part that has to answer next while the order goes forward. */
  readonly awaits: Part;
  /** Why the order is taken back; null while it goes forward. */
  readonly failure: OrderFault | null;
  /** Parts that must be taken back before the order has ended, next one first. */
  readonly required: readonly Part[];
  /** Parts known to be taken back; the word may come before the reason for it. */
  readonly undone: readonly Part[];
  /** Parts that are not taken back, for good, or that nobody has answered about in a day. */
  readonly refused: readonly Part[];
  /** The part that was last asked to be taken back, and how many times. */
  readonly asked: { readonly part: Part; readonly attempt: number } | null;
}

export const newChoreography: Choreography = {
  awaits: 'inventory',
  failure: null,
  required: [],
  undone: [],
  refused: [],
  asked: null,
};

export type ChoreographyInput =
  | { readonly kind: 'reserved' | 'paid' | 'shipped' }
  /** A service gave up, and the services before it take their parts back by themselves. */
  | { readonly kind: 'failed'; readonly part: Part; readonly fault: OrderFault }
  /** Nobody else knows: every part has to be asked. */
  | { readonly kind: 'taken_back'; readonly fault: OrderFault }
  | { readonly kind: 'undone' | 'undo_refused'; readonly part: Part }
  /** Nothing came in time. */
  | { readonly kind: 'due' }
  /** A person has what was not taken back asked for again. */
  | { readonly kind: 'resumed' };

export interface ChoreographyOutcome {
  readonly state: Choreography;
  readonly moves: readonly OrderStatus[];
  /** The part to ask to be taken back. */
  readonly ask: Part | null;
  /** When nothing has come by then, `due` follows; ms from now. Null: never. Absent: as it was set before. */
  readonly dueInMs?: number | null;
}

/** What an order begins with that is in order. */
export const begun: ChoreographyOutcome = {
  state: newChoreography,
  moves: ['validated'],
  ask: null,
  dueInMs: ANSWER_WITHIN_MS.inventory,
};

/** The parts done before a given one fails, last one first. */
const before = (part: Part): readonly Part[] => WAY_BACK.slice(WAY_BACK.indexOf(part) + 1);

export function follow(state: Choreography, input: ChoreographyInput): ChoreographyOutcome {
  switch (input.kind) {
    case 'reserved':
      return forward(state, 'payment', 'reserved');
    case 'paid':
      return forward(state, 'shipment', 'paid');
    case 'shipped':
      if (state.failure) return unmoved(state);
      return { state, moves: ['shipped', 'completed'], ask: null, dueInMs: null };
    case 'failed':
      if (state.failure) return unmoved(state);
      return waitForOthers({ ...state, failure: input.fault, required: before(input.part) });
    case 'taken_back':
      return takeBack(state, input.fault);
    case 'undone':
      return onSettled({ ...state, undone: [...new Set([...state.undone, input.part])] });
    case 'undo_refused':
      return onSettled({ ...state, refused: [...new Set([...state.refused, input.part])] });
    case 'due':
      return state.failure ? askNext(state) : takeBack(state, deadlinePassed(state.awaits));
    case 'resumed':
      return needsAttention(state) ? askNext({ ...state, refused: [], asked: null }) : unmoved(state);
  }
}

/** A late or repeated word neither sets the order back nor gives the part it waits for more time. */
function forward(state: Choreography, next: Part, to: OrderStatus): ChoreographyOutcome {
  if (state.failure) return unmoved(state);
  if (WAY.indexOf(next) <= WAY.indexOf(state.awaits)) return { state, moves: [to], ask: null };
  return { state: { ...state, awaits: next }, moves: [to], ask: null, dueInMs: ANSWER_WITHIN_MS[next] };
}

function takeBack(state: Choreography, failure: OrderFault): ChoreographyOutcome {
  return state.failure ? unmoved(state) : askNext({ ...state, failure, required: WAY_BACK });
}

function waitForOthers(state: Choreography): ChoreographyOutcome {
  if (openParts(state).length === 0) return ended(state);
  return { state, moves: [], ask: null, dueInMs: FIRST_PAUSE_MS };
}

function onSettled(state: Choreography): ChoreographyOutcome {
  const open = openParts(state);
  if (state.failure && open.length === 0) return ended(state);
  return state.asked && !open.includes(state.asked.part) ? askNext(state) : unmoved(state);
}

/** One part at a time, in reverse of the order in which they are done. */
function askNext(state: Choreography): ChoreographyOutcome {
  const [part] = openParts(state);
  if (!part) return ended(state);
  const attempt = state.asked?.part === part ? state.asked.attempt + 1 : 1;
  if (attempt > MOST_ASKS) return askNext({ ...state, refused: [...state.refused, part] });
  const dueInMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return { state: { ...state, asked: { part, attempt } }, moves: [], ask: part, dueInMs };
}

function ended(state: Choreography): ChoreographyOutcome {
  return {
    state,
    moves: [needsAttention(state) ? 'needs_attention' : 'cancelled'],
    ask: null,
    dueInMs: null,
  };
}

/** Nothing is asked for any more, and not everything was taken back. */
export const needsAttention = (state: Choreography): boolean =>
  state.failure !== null && openParts(state).length === 0 && heldParts(state).length > 0;

const unmoved = (state: Choreography): ChoreographyOutcome => ({ state, moves: [], ask: null });

const heldParts = ({ required, undone }: Choreography): readonly Part[] =>
  required.filter((part) => !undone.includes(part));

const openParts = (state: Choreography): readonly Part[] =>
  heldParts(state).filter((part) => !state.refused.includes(part));

const deadlinePassed = (part: Part): OrderFault => ({
  code: 'DEADLINE_PASSED',
  message: `No answer to '${part}' before its deadline.`,
});
