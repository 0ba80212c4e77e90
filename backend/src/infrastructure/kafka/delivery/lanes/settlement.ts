import { fullJitter } from '@/infrastructure/concurrency/back-off';
import type { BurialOutcome, DeliveryStore } from '../delivery-store.port';
import type { OutcomeCode } from '../outcome-codes';
import { describeError } from '../failure';
import { isNotHere } from '../runs/failure-class';
import { attemptOf } from '../runs/handler-invocation';
import type { EventOpener } from '../runs/event-opener';
import type { OutcomeWriter } from '../runs/outcome-writer';
import type { RunMeter } from '../runs/run-meter';
import type { RunFailure } from '../runs/run-result';
import { EVERY_HANDLER, type SubscriptionPlan } from '../runs/subscription-plan';
import type { Delivery } from './delivery';

/** Until the partition may have another owner; restarts take seconds. */
const NOT_HERE_PAUSE_MS = 2_000;

/** What a failure came to: it waits for its time, or it is dead and its lane waits or goes on. */
export type Verdict =
  | { readonly kind: 'parked' }
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: BurialOutcome };

/** An event's place among those of its lane that are handed to the table. */
export interface Turn {
  /** Resolves when all before it have been handed over. */
  readonly before: Promise<void>;
  readonly taken: () => void;
}

export interface SettlementOptions {
  readonly store: DeliveryStore;
  readonly writer: OutcomeWriter;
  readonly opener: EventOpener;
  readonly meter: RunMeter;
}

/**
 * Decides about failed runs and writes the decision down. Dies the process before the write, the event comes again
 * from the log, or is still in its table, with the attempts it had.
 */
export class Settlement {
  constructor(private readonly options: SettlementOptions) {}

  async failed(delivery: Delivery, failure: RunFailure, plans: SubscriptionPlan): Promise<Verdict> {
    const { handler, error, final } = failure;
    if (!handler || final) return this.bury(delivery, failure, plans);
    const notHere = isNotHere(error);
    const attempts = attemptOf(delivery, handler.name) - (notHere ? 1 : 0);
    const { retry } = handler.options;
    if (!notHere && attempts >= retry.attempts) return this.bury(delivery, failure, plans);
    const backOff = { firstMs: retry.firstDelayMs, longestMs: retry.longestDelayMs };
    const delayMs = notHere ? NOT_HERE_PAUSE_MS : fullJitter(backOff, attempts, Math.random());
    if (!this.options.store.parking) return { kind: 'again', afterMs: delayMs };
    const { event, remaining } = failure;
    await this.options.writer.park({
      ...this.stored(delivery, failure),
      pending: [...[handler, ...remaining].map(({ name }) => name), ...plans.strangers(delivery.row)],
      failure: { handler: handler.name, attempts, delayMs, cause: describeError(error) },
    });
    this.options.meter.parked(delivery, handler.name, event.eventType);
    return { kind: 'parked' };
  }

  /**
   * An event whose lane has an older one in the table. One of a type that nobody takes need not wait. It is handed to
   * the table after `turn`, the older event's; a crash then never leaves the table with a hole in a lane.
   */
  async parkBehind(
    delivery: Delivery,
    plans: SubscriptionPlan,
    turn: Turn,
  ): Promise<{ readonly codes: readonly OutcomeCode[]; readonly added: boolean }> {
    const { opener, writer, meter } = this.options;
    const opened = await opener.open(delivery);
    await turn.before;
    const event = opened.kind === 'event' ? opened.event : opener.known(delivery.record);
    const plan = delivery.plan ?? plans.of(event.eventType);
    if (!plan && opened.kind === 'event') {
      turn.taken();
      return { codes: plans.ignored, added: false };
    }
    const pending = plan?.handlers.map(({ name }) => name) ?? plans.accounts;
    const { tenure, record, lane } = delivery;
    const parked = writer.park({
      tenure,
      record,
      lane,
      mark: event.mark,
      eventType: event.eventType,
      writerFingerprint: event.decoded?.writerFingerprint,
      pending,
    });
    turn.taken();
    await parked;
    meter.parked(delivery, pending.join(), event.eventType);
    return { codes: plan?.codes ?? plans.ownRows, added: true };
  }

  private async bury(delivery: Delivery, failure: RunFailure, plans: SubscriptionPlan): Promise<Verdict> {
    const { store, meter } = this.options;
    const { handler, error, event, remaining } = failure;
    const name = handler?.name ?? EVERY_HANDLER;
    const { tenure } = delivery;
    const attempts = handler ? attemptOf(delivery, name) : 1;
    const cause = describeError(error);
    const laneWaits = handler
      ? handler.options.onDead === 'wait'
      : plans.handlers.some(({ options }) => options.onDead === 'wait');
    const kind = await store.bury({
      ...this.stored(delivery, failure),
      letter: { group: tenure.group, handler: name, record: delivery.record, attempts, cause },
      remaining: [
        ...remaining.map(({ name: one }) => one),
        ...(handler ? plans.strangers(delivery.row) : []),
      ],
      laneWaits,
    });
    meter.dead(delivery, name, event.eventType, attempts, cause);
    return { kind };
  }

  private stored(delivery: Delivery, { event }: RunFailure) {
    const { tenure, record, lane, row } = delivery;
    return {
      tenure,
      record,
      lane,
      mark: event.mark,
      eventType: event.eventType,
      writerFingerprint: event.decoded?.writerFingerprint,
      ...(row ? { from: row } : {}),
    };
  }
}
