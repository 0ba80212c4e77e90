import type { HandlerRegistration } from '@/infrastructure/kafka/consumer/handler';
import type { ParkedRow } from '../delivery-store.port';
import { OutcomeCode } from '../outcome-codes';

/** Before a handler was chosen: the letter stands for every handler of the subscription. */
export const EVERY_HANDLER = '*';

/**
 * How an event is run: `shared`, in a transaction together with others; `batch`, by a handler that takes several at
 * once; `alone`, handler after handler.
 */
export type RunKind = 'shared' | 'batch' | 'alone';

/** What an event of one type means to the handlers of its subscription. */
export interface Plan {
  readonly handlers: readonly HandlerRegistration[];
  readonly kind: RunKind;
  /** Handlers whose effects the inbox is asked about beforehand. */
  readonly outside: readonly string[];
  /** By account of the topic: `ownRow` for the handlers that take it, `ignored` for the rest. */
  readonly codes: readonly OutcomeCode[];
}

/** The handlers of one group on one topic, and which of them an event goes to, in the order of registration. */
export class SubscriptionPlan {
  /** Names of the handlers that keep an account of this topic. */
  readonly accounts: readonly string[];
  /** What a record of a type that nobody takes leaves in the accounts. */
  readonly ignored: readonly OutcomeCode[];
  /** What a record leaves that every account has a row for. */
  readonly ownRows: readonly OutcomeCode[];
  private readonly plans = new Map<string, Plan>();

  constructor(
    readonly handlers: readonly HandlerRegistration[],
    readonly transactional: boolean,
  ) {
    this.accounts = [...new Set(handlers.map(({ name }) => name))];
    this.ignored = this.accounts.map(() => OutcomeCode.ignored);
    this.ownRows = this.accounts.map(() => OutcomeCode.ownRow);
    for (const type of new Set(handlers.flatMap(({ eventTypes }) => eventTypes))) {
      this.plans.set(type, this.planFor(handlers.filter(({ eventTypes }) => eventTypes.includes(type))));
    }
  }

  of(eventType: string): Plan | undefined {
    return this.plans.get(eventType);
  }

  /** The part of a plan that concerns these handlers only; undefined where it is none. */
  only(plan: Plan, names: (name: string) => boolean): Plan | undefined {
    if (plan.handlers.every(({ name }) => names(name))) return plan;
    const handlers = plan.handlers.filter(({ name }) => names(name));
    return handlers.length === 0 ? undefined : this.planFor(handlers);
  }

  /** What is left to do of an event: its plan, or the part of it that its parked row waits for. */
  left(eventType: string, row: ParkedRow | undefined): Plan | undefined {
    const plan = this.of(eventType);
    if (!plan || !row || row.pending.includes(EVERY_HANDLER)) return plan;
    return this.only(plan, (name) => takersOf(row).includes(name));
  }

  /**
   * Handlers that a parked row goes on waiting for after this run: not registered here (another version of the
   * service may have them), or others than the one that an edit is for.
   */
  strangers(row: ParkedRow | undefined): readonly string[] {
    if (!row) return [];
    const takers = takersOf(row);
    return row.pending.filter(
      (name) => name !== EVERY_HANDLER && !(takers.includes(name) && this.accounts.includes(name)),
    );
  }

  /** `base` with the given handlers' effect known from another offset. */
  withRepeated(base: readonly OutcomeCode[], names: readonly string[]): readonly OutcomeCode[] {
    if (names.length === 0) return base;
    return base.map((code, index) =>
      names.includes(this.accounts[index] ?? '') ? OutcomeCode.repeated : code,
    );
  }

  private planFor(handlers: readonly HandlerRegistration[]): Plan {
    const takers = new Set(handlers.map(({ name }) => name));
    return {
      handlers,
      kind: this.kindOf(handlers),
      outside: this.transactional
        ? handlers.filter(({ options }) => options.effects === 'external').map(({ name }) => name)
        : [],
      codes: this.accounts.map((name) => (takers.has(name) ? OutcomeCode.ownRow : OutcomeCode.ignored)),
    };
  }

  private kindOf(handlers: readonly HandlerRegistration[]): RunKind {
    const [only] = handlers;
    if (handlers.length === 1 && only?.batch) return 'batch';
    const together = handlers.every(({ options, batch }) => options.effects === 'transaction' && !batch);
    return together && this.transactional ? 'shared' : 'alone';
  }
}

/** Those that the row runs for now: an edit is for the handler that failed, the others get the event as it was. */
const takersOf = ({ editedValue, handler, pending }: ParkedRow): readonly string[] =>
  editedValue && handler !== null && handler !== EVERY_HANDLER ? [handler] : pending;
